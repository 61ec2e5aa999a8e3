"""Captions with words that somebody decided not to have."""

import pyarrow as pa
from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.word_matcher import Words
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class BlockedWords(Judging):
    """Drop pairs whose `by` holds a listed word or phrase, whole and in any case.

    words: a list as text, a word or phrase a line, # before remarks; or Parquet with one column.
    None is shipped.

    Text and words are compared in NFKC and case-folded, blanks collapsed; "ass" is not in "glass",
    where LAION's test for substrings finds "kid" in "kidney". Scripts without blanks between words
    (Han, kana, Thai, ...) have no borders to be looked for.

    No shuffle. The list is broadcast and becomes an automaton once in each worker process.
    """

    files = ("words",)
    main = "words"

    words: str
    by: str = "text"

    def check(self) -> None:
        Words.of(read_list(self.words))

    def judged(self) -> Judged:
        words = Words.of(read_list(self.words))
        shared = SparkSession.active().sparkContext.broadcast(words)

        def are_free(texts: pa.Array) -> pa.BooleanArray:
            free = [not shared.value.occur_in(text or "") for text in texts.to_pylist()]
            return pa.array(free, pa.bool_())

        return Judged((self.by,), are_free)
