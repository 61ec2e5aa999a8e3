"""What a written table's Parquet files are like inside."""

import pyarrow.parquet as pq
import pytest

from crawl2clip.engine.spark_executor import OPTIONS, write_pairs
from crawl2clip.schema import COLUMNS, columns

ROWS = [
    (f"{number:032x}", f"https://a.example/{number}.jpg", "https://a.example/", [0.5, number / 64])
    for number in range(64)
]


@pytest.fixture(scope="module")
def parts(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    pairs = spark.createDataFrame(ROWS, columns("uid", "url", "page_url", "image_embedding"))
    write_pairs(pairs.repartition(1), str(folder))
    group = pq.ParquetFile(next(folder.glob("*.parquet"))).metadata.row_group(0)
    leaves = [group.column(place) for place in range(group.num_columns)]
    return {leaf.path_in_schema: leaf for leaf in leaves}


@pytest.mark.parametrize("name", ["uid", "url", "image_embedding.list.element"])
def test_values_that_never_repeat_get_no_dictionary_and_no_statistics(parts, name):
    assert not parts[name].has_dictionary_page
    assert parts[name].statistics is None or not parts[name].statistics.has_min_max


def test_values_that_many_rows_share_are_stored_once(parts):
    assert parts["page_url"].has_dictionary_page
    assert parts["page_url"].statistics.min == "https://a.example/"


def test_all_columns_are_compressed_by_zstd(parts):
    assert {leaf.compression for leaf in parts.values()} == {"ZSTD"}


def test_the_columns_that_are_named_are_those_of_the_schema():
    named = {option.partition("#")[2].partition(".")[0] for option in OPTIONS if "#" in option}

    assert named <= COLUMNS.keys()


def test_a_table_takes_the_place_of_the_one_before(spark, tmp_path):
    pairs = spark.createDataFrame(ROWS, columns("uid", "url", "page_url", "image_embedding"))

    write_pairs(pairs, str(tmp_path))
    write_pairs(pairs.limit(3), str(tmp_path))

    assert spark.read.parquet(str(tmp_path)).count() == 3
