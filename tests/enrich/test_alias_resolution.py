from pyspark.sql import SparkSession

from crawl2clip.enrich.spark.alias_resolution import ends


def test_every_link_comes_to_its_end_or_is_known_to_have_none(spark: SparkSession) -> None:
    chain = {f"c{n}": f"c{n + 1}" for n in range(20)}  # a chain of 20 steps
    circle = {"a": "b", "b": "c", "c": "a", "into": "a", "itself": "itself"}
    other = {"dogs": "dog"}
    rows = [("en", key, target) for key, target in (chain | circle | other).items()]
    rows += [("de", "c0", "ende"), ("de", "a", "b")]
    links = spark.createDataFrame(rows, "lang STRING, key STRING, target STRING").repartition(3)

    found = {(row.lang, row.key): (row.end, row.in_circle) for row in ends(links).collect()}

    assert found == {
        **{("en", key): ("c20", False) for key in chain},
        **{("en", key): (None, True) for key in circle},
        ("en", "dogs"): ("dog", False),
        ("de", "c0"): ("ende", False),
        ("de", "a"): ("b", False),
    }


def test_no_links(spark: SparkSession) -> None:
    nothing = spark.createDataFrame([], "lang STRING, key STRING, target STRING")

    assert ends(nothing).collect() == []
