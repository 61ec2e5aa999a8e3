"""Tables that come with addresses: users go at the door, signatures once images are fetched."""

from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from crawl2clip.engine.source import Source
from crawl2clip.spark.address_columns import without_signing

SIGNED = "https://h/x.jpg?w=1&X-Amz-Signature=SECRET"


def test_a_table_loses_users_and_passwords_at_the_door_and_keeps_its_uids(
    spark: SparkSession, tmp_path: Path
) -> None:
    candidates = "ARRAY<STRUCT<url: STRING, width: INT, density: DOUBLE>>"
    rows = [
        ("1", "https://u:SECRET@h/a@b.jpg", "x", [("//SECRET@h/c", 1, None)], None, 7),
        ("2", "https:SECRET@h/a", None, None, "bad url: ftp://u:SECRET@h/x", 8),
        ("3", "https://h:80/me@work", "a@b", [], "kind: me@work", 9),
    ]
    schema = f"uid STRING, url STRING, text STRING, url_candidates {candidates}, problem STRING"
    spark.createDataFrame(rows, f"{schema}, note INT").write.parquet(str(tmp_path / "t"))

    pairs = Source(str(tmp_path / "t")).pairs(spark).orderBy("uid")
    found = pairs.select("uid", "url", "text", "url_candidates", "problem", "note").collect()

    assert [tuple(row) for row in found] == [
        ("1", "https://h/a@b.jpg", "x", [("//h/c", 1, None)], None, 7),
        ("2", "https:h/a", None, None, "bad url: ftp://h/x", 8),
        ("3", "https://h:80/me@work", "a@b", [], "kind: me@work", 9),
    ]


def test_what_signs_goes_from_every_column_of_addresses() -> None:
    kind = pa.list_(pa.struct({"url": pa.string(), "width": pa.int32()}))
    batch = pa.RecordBatch.from_pydict(
        {
            "uid": ["1", "2"],
            "url": [SIGNED, None],
            "text": [SIGNED, "a caption stays"],
            "url_candidates": pa.array([[{"url": SIGNED, "width": 3}], None], kind),
            "page_url": ["https://h/?token=SECRET", "https://h/?id=1"],
        }
    )

    made = without_signing(batch)

    assert made.schema == batch.schema
    assert made.to_pylist() == [
        {
            "uid": "1",
            "url": "https://h/x.jpg?w=1",
            "text": SIGNED,
            "url_candidates": [{"url": "https://h/x.jpg?w=1", "width": 3}],
            "page_url": "https://h/",
        },
        {
            "uid": "2",
            "url": None,
            "text": "a caption stays",
            "url_candidates": None,
            "page_url": "https://h/?id=1",
        },
    ]
