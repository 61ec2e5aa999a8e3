"""Drop pairs whose caption contains a listed word or phrase."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.word_matcher import WordMatcher
from crawl2clip.stage import Filter, stage


@stage
class BlockedWords(Filter):
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

    def keep(self) -> Column:
        words = WordMatcher.of(read_list(self.words))
        shared = SparkSession.active().sparkContext.broadcast(words)

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def blocked(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            for texts in batches:
                found = [shared.value.matches(text or "") for text in texts.to_pylist()]
                yield pa.array(found, pa.bool_())

        judged: Column = blocked(self.by)
        return ~judged
