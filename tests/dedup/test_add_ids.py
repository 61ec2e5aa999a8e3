import hashlib

from pyspark.sql import SparkSession

from crawl2clip.dedup.add_ids import AddIds


def test_ids_are_those_of_the_sets_they_come_from(spark: SparkSession) -> None:
    rows = [("http://a.example/ü.jpg", "ein Hund"), ("http://a.example/1.jpg", None)]
    pairs = spark.createDataFrame(rows, "url STRING, text STRING")

    whole, half = pairs.transform(AddIds()).collect()

    url, text = rows[0]
    assert whole.cc2dataset_uid == hashlib.md5(f"{text}{url}".encode()).hexdigest()
    assert whole.laion_uid == hashlib.md5(f"{url}{text}".encode()).hexdigest()
    assert whole.metaclip_id == hashlib.sha224(url.encode()).hexdigest()[:24]
    assert half[2:5] == (None, None, None)
    assert half.metaclip_id is not None


def test_laions_hash_is_the_first_half_of_murmur3(spark: SparkSession) -> None:
    # "hello" by the reference implementation: cbd8a7b341bd9b02 5b1e906a48ae1d19
    pairs = spark.createDataFrame([("hel", "lo")], "url STRING, text STRING")

    [row] = pairs.transform(AddIds()).collect()

    assert row.laion_hash == 0xCBD8A7B341BD9B02 - 2**64
