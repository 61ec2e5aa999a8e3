"""What networks are trained on and judged by: pairs with their images, some scenes held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.compare.run_loading import Contestant
from crawl2clip.engine.fingerprint import digest
from crawl2clip.engine.source import Source
from crawl2clip.filter_network.dataset_builder import draw
from crawl2clip.recipe import RecipeError

PAIR = ("uid", "url", "text", "image")
MOST_JUDGED = 5_000  # each is compared with all others
Images = DataFrame


@dataclass(frozen=True)
class HeldOut:
    """pairs: uid, text and image of true pairs, `MOST_JUDGED` at most. urls: that nobody trains on.

    told: changes when any of it does. The urls are those of the sample or of the user's table, and
    so broadcast.
    """

    pairs: DataFrame
    urls: DataFrame
    told: str

    def outside(self, pictures: DataFrame, judged: DataFrame) -> DataFrame:
        """Those of the pictures whose address and bytes no network is judged by.

        judged: the pairs as they were written, so that they are not sought again.
        """
        rest = pictures.join(F.broadcast(self.urls), "url", how="left_anti")
        images = judged.select(F.md5("image").alias("image_md5")).distinct()
        marked = rest.withColumn("image_md5", F.md5("image"))
        return marked.join(F.broadcast(images), "image_md5", how="left_anti").drop("image_md5")


def pictures(one: Contestant, images: Images | None) -> DataFrame | None:
    """Different pairs of the set with their images; None if it has none and no others are given.

    images: url and image, for sets that were not fetched, such as raw. A pair that stands on
    several pages is one pair. Shuffles the images once, twice if they come from elsewhere.
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
    """Raises RecipeError if the table lacks url or image."""
    return _good(spark, path, "url", "image").select("url", "image")


def judged_by_table(spark: SparkSession, path: str) -> HeldOut:
    """A table of the user's: true pairs of image and text, and url if they have one."""
    pairs = _good(spark, path, "image", "text").where("text is not null")
    uid = F.md5(F.concat("image", F.encode("text", "UTF-8"))).alias("uid")
    url = F.col("url") if "url" in pairs.columns else F.lit(None).cast("string").alias("url")
    judged = pairs.select(uid, "text", "image").dropDuplicates(["uid"])
    told = digest(Source(path).fingerprint())
    return HeldOut(_some(judged), pairs.select(url).where("url is not null").distinct(), told)


def judged_by_truth(sets: Sequence[DataFrame], truth: DataFrame, share: float) -> HeldOut:
    """Clean pairs of a share of the sample's scenes, as the first set has them that does.

    By scene and not by image, since the sample plants copies that are cut or compressed anew.
    """
    held = truth.where(draw(F.col("scene_id"), 0) < share)
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
