"""Add the ids that other data sets use for a pair."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.schema import COLUMNS
from crawl2clip.stage import Stage, stage


@stage
class AddIds(Stage):
    """Add the ids by which published data sets identify a pair, so that their tables can be joined.

    cc2dataset_uid: md5(text + url), the uid of cc2dataset. laion_uid: md5(url + text), as computed
    by LAION-5B's workers. laion_hash: the first half of MurmurHash3 x64 128 of url + text as a
    signed integer, the key of LAION's tables of safety scores. metaclip_id: the first 24 hex digits
    of sha224(url); MetaCLIP 2 removes spaces and tabs first, of which the URLs here have none.

    All are computed from UTF-8, and from url and text as they are here; theirs are often not
    normalised.

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
