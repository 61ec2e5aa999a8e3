"""The names that other sets have for a pair."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.schema import COLUMNS
from crawl2clip.stage import Stage, stage


@stage
class AddIds(Stage):
    """Add the ids by which published sets name a pair, to join their tables with ours.

    cc2dataset_uid: md5(text + url), the uid of cc2dataset. laion_uid: md5(url + text), LAION-5B's
    workers. laion_hash: the first half of MurmurHash3 x64 128 of url + text as a signed number, by
    which LAION's tables of safety scores are joined. metaclip_id: sha224(url), first 24 digits;
    MetaCLIP 2 leaves out blanks and tabs first, of which our addresses have none.

    All of UTF-8, and of url and text as they stand here; theirs are often not normalised.

    A pair without url or text has none of the ids that need it.
    """

    reads = ("url", "text")
    adds = ("cc2dataset_uid", "laion_uid", "laion_hash", "metaclip_id")
    needs_spark = "hashes by functions of Spark SQL"

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return pairs.withColumns(
            {
                "cc2dataset_uid": F.md5(F.concat("text", "url")),
                "laion_uid": F.md5(F.concat("url", "text")),
                "laion_hash": _murmur(F.concat("url", "text")),
                "metaclip_id": F.substring(F.sha2("url", 224), 1, 24),
            }
        )


@F.arrow_udf(COLUMNS["laion_hash"][0])  # type: ignore[attr-defined, untyped-decorator]
def _murmur(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
    import mmh3  # executors have it; the driver need not

    for keys in batches:
        hashes = [None if key is None else mmh3.hash64(key)[0] for key in keys.to_pylist()]
        yield pa.array(hashes, pa.int64())
