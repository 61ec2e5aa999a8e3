"""Select the pairs with images to train on, and those held out for evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.compare.run_loading import ComparedRun
from crawl2clip.engine.fingerprint import digest
from crawl2clip.engine.source import Source
from crawl2clip.recipe import RecipeError
from crawl2clip.spark.draw import draw

PAIR = ("uid", "url", "text", "image")
MOST_JUDGED = 5_000  # each is compared with all others
Images = DataFrame


@dataclass(frozen=True)
class HeldOut:
    """Held-out pairs. pairs: uid, text and image of at most `MOST_JUDGED` true pairs.

    urls: images that no network may be trained on. They are those of the sample or of the user's
    table, and are broadcast. digest: changes with any of it.
    """

    pairs: DataFrame
    urls: DataFrame
    digest: str

    def outside(self, pictures: DataFrame, judged: DataFrame) -> DataFrame:
        """Return the pictures whose URL and bytes are not held out.

        judged: the pairs as they were written, so that they are not computed again.
        """
        rest = pictures.join(F.broadcast(self.urls), "url", how="left_anti")
        images = judged.select(F.md5("image").alias("image_md5")).distinct()
        marked = rest.withColumn("image_md5", F.md5("image"))
        return marked.join(F.broadcast(images), "image_md5", how="left_anti").drop("image_md5")


def images_of(one: ComparedRun, images: Images | None) -> DataFrame | None:
    """Return the distinct pairs of a set with their images; None if there are no images for it.

    images: url and image, for sets that were not fetched, such as raw. A pair that occurs on
    several pages is one pair. Shuffles the images once, twice if they come from another table.
    """
    own = one.having("image")
    if own is None and images is not None:
        known = images.groupBy("url").agg(F.min("image").alias("image"))
        own = one.pairs.select("uid", "url", "text").join(known, "url", how="inner")
    if own is None:
        return None
    least = [F.min(name).alias(name) for name in PAIR[1:]]
    return own.where("image is not null and text is not null").groupBy("uid").agg(*least)


def read_images(spark: SparkSession, path: str) -> Images:
    """Read a table of images. Raises RecipeError if it lacks url or image."""
    return _good(spark, path, "url", "image").select("url", "image")


def judged_by_table(spark: SparkSession, path: str) -> HeldOut:
    """Hold out the user's table of true pairs of image and text, with url if it has one."""
    pairs = _good(spark, path, "image", "text").where("text is not null")
    uid = F.md5(F.concat("image", F.encode("text", "UTF-8"))).alias("uid")
    url = F.col("url") if "url" in pairs.columns else F.lit(None).cast("string").alias("url")
    judged = pairs.select(uid, "text", "image").dropDuplicates(["uid"])
    told = digest(Source(path).fingerprint())
    return HeldOut(_some(judged), pairs.select(url).where("url is not null").distinct(), told)


def judged_by_truth(sets: Sequence[DataFrame], truth: DataFrame, share: float) -> HeldOut:
    """Hold out clean pairs of a share of the sample's scenes, from the first set with each.

    By scene and not by image, since the sample plants cropped and recompressed copies.
    """
    held = truth.where(draw(0, key="scene_id") < share)
    clean = F.broadcast(held.where("is_true and size(kind) = 0").select("uid").distinct())
    known = [one.join(clean, "uid", how="inner") for one in sets]
    placed = [
        one.select("uid", F.struct(F.lit(place).alias("place"), "text", "image").alias("it"))
        for place, one in enumerate(known)
    ]
    every = reduce(DataFrame.unionByName, placed)
    first = every.groupBy("uid").agg(F.min("it").alias("it")).select("uid", "it.text", "it.image")
    urls = held.select("url").distinct()
    [[number, every_url]] = urls.agg(F.count("*"), F.bit_xor(F.xxhash64("url"))).collect()
    told = digest([share, number, every_url])
    return HeldOut(_some(first), urls, told)


def _some(pairs: DataFrame) -> DataFrame:
    return pairs.orderBy("uid").limit(MOST_JUDGED)


def _good(spark: SparkSession, path: str, *names: str) -> DataFrame:
    try:
        table = spark.read.parquet(path)
    except AnalysisException:
        raise RecipeError(f"{path} is not a Parquet table") from None
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise RecipeError(f"{path} lacks {', '.join(missing)}; it has {', '.join(table.columns)}")
    good = table.where("problem is null") if "problem" in table.columns else table
    return good.where("image is not null")
