"""Add a perceptual hash of each image."""

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from crawl2clip.dedup.near import pdq
from crawl2clip.schema import columns
from crawl2clip.spark.arrow_step import Batches, InWorkers, problems_of
from crawl2clip.stage import Stage, stage

_NOTHING: tuple[None, None] = (None, None)


@stage
class PerceptualHash(Stage):
    """Add the PDQ hash and colours of each image, which are close for copies of the image.

    PDQ (Davis and Rosen 2019) has 256 bits; copies are within 31 of each other according to the
    authors, and unrelated images about 128 apart. The average colours of 4 x 4 fields, a byte each
    for red, green and blue, are appended. PDQ recognises few cropped images; use `sem_dedup` for
    those. Drops no rows.

    least_quality: 0 to 100; an image with less detail (a flat colour, a placeholder) gets null,
    which is close to nothing. The authors recommend 50 where the bits alone decide.

    An image that can't be decoded, or has more than `max_pixels`, becomes a row with its `problem`.

    Cost: no shuffle. A core hashes about 100 images of 512 px a second, so write the hashes to a
    table (end the job) before a step that reads its input more than once.
    """

    reads = ("image",)
    adds = ("phash", "problem")

    least_quality: int = 0
    max_pixels: int = 89_478_484

    def check(self) -> None:
        if not 0 <= self.least_quality <= 100:
            raise ValueError(f"least_quality is 0 to 100, not {self.least_quality}")
        if self.max_pixels < 1:
            raise ValueError(f"max_pixels is {self.max_pixels}; it must be 1 or more")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return self.in_workers(pairs).table(pairs)

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        kept = [name for name in pairs.columns if name not in self.adds]
        result = StructType(pairs.select(*kept).schema.fields + columns(*self.adds).fields)
        settings = (self.least_quality, self.max_pixels)

        def hashed(batches: Batches) -> Batches:
            for batch in batches:
                yield _hashed(batch, kept, settings)

        return InWorkers(hashed, result)


def _hashed(batch: pa.RecordBatch, kept: list[str], settings: tuple[int, int]) -> pa.RecordBatch:
    images, problems = batch["image"], problems_of(batch)
    found = [
        _NOTHING if problem.is_valid or not image.is_valid else _phash(image.as_py(), *settings)
        for image, problem in zip(images, problems, strict=True)
    ]
    hashes = pa.array([phash for phash, _ in found], pa.binary())
    said = pa.array([problem for _, problem in found], pa.string())
    added = [hashes, pc.coalesce(problems, said)]
    return pa.RecordBatch.from_arrays([*(batch[name] for name in kept), *added],
                                      names=[*kept, "phash", "problem"])  # fmt: skip


def _phash(image: bytes, least_quality: int, max_pixels: int) -> tuple[bytes | None, str | None]:
    try:
        return pdq.phash(image, least_quality, max_pixels), None
    except ValueError as error:
        return None, str(error)
