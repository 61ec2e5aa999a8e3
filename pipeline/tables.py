"""How tables of pairs are written: Parquet, by settings that fit what is in them."""

from pyspark.sql import DataFrame

# Hardly any two rows have the same: Parquet fills a dictionary with the values only to give it up,
# and the least and the greatest of a row group lead nobody past it.
_UNIQUE = (
    *("uid", "cc2dataset_uid", "laion_uid", "metaclip_id"),
    *("url", "url_raw", "canonical_url", "url_candidates.list.element.url"),
    *("text", "text_fixed", "text_clean", "knowledge_text"),
    *("image", "sha256", "sha1", "md5", "phash"),
    *("image_embedding.list.element", "text_embedding.list.element"),
)

OPTIONS = {"compression": "zstd"} | {
    f"{setting}#{column}": "false"
    for column in _UNIQUE
    for setting in ("parquet.enable.dictionary", "parquet.column.statistics.enabled")
}


def write_pairs(pairs: DataFrame, path: str) -> None:
    """Write the table in place of what is there.

    Dictionaries and statistics of columns whose values are all different are left out: for the
    table of `extract` they take the JVM a third of its time, and save no byte.
    """
    pairs.write.mode("overwrite").options(**OPTIONS).parquet(path)
