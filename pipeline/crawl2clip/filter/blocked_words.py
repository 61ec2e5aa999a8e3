"""Drop pairs whose caption contains a listed word or phrase."""

import pyarrow as pa
from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.word_matcher import WordMatcher
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class BlockedWords(Judging):
    """Drop pairs whose `by` contains a listed word or phrase as a whole, ignoring case.

    words: a text file with one word or phrase per line and # before comments, or Parquet with one
    column. No list is shipped.

    Text and words are compared after NFKC normalisation and case folding, with white space
    collapsed. "ass" does not match "glass", whereas LAION's substring test finds "kid" in "kidney".
    Scripts written without spaces between words (Han, kana, Thai, ...) have no word boundaries to
    respect.

    Cost: no shuffle. The list is broadcast and compiled to an automaton once in each worker
    process.
    """

    files = ("words",)
    main = "words"

    words: str
    by: str = "text"

    def check(self) -> None:
        WordMatcher.of(read_list(self.words))

    def judged(self) -> Judged:
        words = WordMatcher.of(read_list(self.words))
        shared = SparkSession.active().sparkContext.broadcast(words)

        def are_free(texts: pa.Array) -> pa.BooleanArray:
            free = [not shared.value.matches(text or "") for text in texts.to_pylist()]
            return pa.array(free, pa.bool_())

        return Judged((self.by,), are_free)
