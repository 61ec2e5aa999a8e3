"""Select some pairs to show, with their images."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from crawl2clip.io.redaction import without_secrets
from crawl2clip.report.finished_jobs import FinishedJob
from crawl2clip.report.thumbnails import thumbnail
from crawl2clip.report.view_model import Gallery, Kept

PAIRS = 48
LETTERS = 500  # of a caption; the crawl has captions of megabytes
LONGEST_URL = 2_000  # characters; longer ones are cut after one more, and are not linked
NEEDS = ("uid", "url", "text")
Order = tuple[Column, ...]
SHOWN = ("lang", "width", "height", "page_url")


def gallery(done: Sequence[FinishedJob], most: int = PAIRS) -> Gallery | None:
    """Return pairs of the last table with captions and URLs: those with the smallest hashes of uid.

    The choice does not depend on the partitioning.
    """
    for job in reversed(done):
        pairs = job.having(*NEEDS)
        if pairs is not None:
            order = F.xxhash64("uid"), F.col("uid")
            return Gallery(job.job, "image" in pairs.columns, picked(pairs, most, order))
    return None


def picked(pairs: DataFrame, most: int, order: Order, score: str | None = None) -> tuple[Kept, ...]:
    """Return the first pairs in an order by columns other than images.

    `score` is shown with them.
    """
    rows = _with_thumbnails(_chosen(pairs, most, order), most, order, score)
    return tuple(map(_kept, rows))


def _chosen(pairs: DataFrame, most: int, order: Order) -> DataFrame:
    """Choose pairs by the order alone, then open only the files that hold them.

    So images are read from at most `most` files, whatever the size of the run.
    """
    good = pairs.where("image is not null") if "image" in pairs.columns else pairs
    places = good.select("uid", F.col("_metadata.file_name").alias("file"))
    first = places.orderBy(*order).limit(most).collect()
    file_is_one = F.col("_metadata.file_name").isin(sorted({row["file"] for row in first}))
    return good.where(file_is_one & F.col("uid").isin(sorted({row["uid"] for row in first})))


def _with_thumbnails(pairs: DataFrame, most: int, order: Order, score: str | None) -> list[Row]:
    @F.arrow_udf("binary")  # type: ignore[attr-defined, untyped-decorator]
    def small(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for images in batches:
            yield pa.array(map(thumbnail, images.to_pylist()), pa.binary())

    picture = small("image") if "image" in pairs.columns else F.lit(None).cast("binary")
    there = [_cut(pairs, name) for name in SHOWN if name in pairs.columns]
    number = F.col(score) if score else F.lit(None)
    shown = pairs.select(
        "uid",
        _cut(pairs, "url"),
        _cut(pairs, "text"),
        *there,
        picture.alias("thumbnail"),
        number.alias("score"),
    )
    return shown.orderBy(*order, "url").limit(most).collect()


def _cut(pairs: DataFrame, name: str) -> Column:
    """Return the column cut to a displayable length, as any text may be a megabyte long."""
    if not isinstance(pairs.schema[name].dataType, StringType):
        return F.col(name)
    letters = LONGEST_URL + 1 if name.endswith("url") else LETTERS
    return F.left(name, F.lit(letters)).alias(name)


def _kept(row: Row) -> Kept:
    found = row.asDict()
    return Kept(
        text=row["text"] or "",
        url=without_secrets(row["url"] or ""),
        thumbnail=None if row["thumbnail"] is None else bytes(row["thumbnail"]),
        score=row["score"],
        page_url=without_secrets(found["page_url"]) if found.get("page_url") else None,
        **{name: found.get(name) for name in SHOWN if name != "page_url"},
    )
