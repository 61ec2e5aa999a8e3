import dataclasses
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from crawl2clip.fetch.download.url_cache import UrlCache
from crawl2clip.fetch.download_images import DownloadImages
from crawl2clip.fetch.http.safe_http import Limits
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.schema import COLUMNS
from tests.fetch.conftest import Web
from tests.fetch.pictures import picture

ROOT = Path(__file__).parents[2]
LOOPBACK = ("127.0.0.1/32",)


@pytest.mark.spark
def test_every_row_comes_out_once_with_its_image_or_its_problem(
    spark: SparkSession, web: Web
) -> None:
    good, gone = web.put("/good", picture(60, 40)), web.put("/gone", status=404)
    rows = [(f"{i}", good, f"caption {i}", None) for i in range(5)]
    rows += [
        ("gone", gone, "x", None),
        ("old", good + "?x", "x", "old: one"),
        ("null", None, "x", None),
    ]
    pairs = spark.createDataFrame(rows, "uid STRING, url STRING, text STRING, problem STRING")

    table = DownloadImages(image_size=30, allow_networks=LOOPBACK)(pairs)
    found = {row.uid: row for row in table.collect()}

    assert table.columns == ["uid", "url", "text", *DownloadImages.adds]
    assert all(table.schema[name].dataType == COLUMNS[name][0] for name in DownloadImages.adds)
    assert sorted(found) == sorted(row[0] for row in rows)
    assert {uid: row.problem for uid, row in found.items() if row.problem} == {
        "gone": "http 404: 404 Not Found",
        "old": "old: one",
        "null": "bad url: null",
    }
    assert {found[f"{i}"].text for i in range(5)} == {f"caption {i}" for i in range(5)}
    assert len({(row.image, row.sha256) for row in found.values() if not row.problem}) == 1
    assert found["0"].image.startswith(b"\xff\xd8\xff")
    assert [found["0"][name] for name in DownloadImages.adds[1:5]] == [30, 20, 60, 40]
    assert web.hits == {"/good": 1, "/gone": 1}


@pytest.mark.spark
def test_partitions_do_not_change_the_rows(spark: SparkSession, web: Web) -> None:
    urls = [web.put(f"/{i}", picture(20 + i, 20), status=200 if i % 4 else 410) for i in range(12)]
    rows = [(f"{i}", urls[i % 12]) for i in range(30)]
    pairs = spark.createDataFrame(rows, "uid STRING, url STRING")

    def fetched(partitions: int) -> list[Row]:
        stage = DownloadImages(partitions=partitions, allow_networks=LOOPBACK)
        table = stage(pairs.repartition(3))
        assert table.rdd.getNumPartitions() == (partitions or 2)
        return sorted(table.collect(), key=lambda row: row.uid)

    assert fetched(0) == fetched(1) == fetched(3)


@pytest.mark.spark
def test_a_second_job_asks_the_web_for_what_the_store_lacks(
    spark: SparkSession, web: Web, tmp_path: Path
) -> None:
    urls = [web.put(f"/{i}", picture(20 + i, 20), status=200 if i % 5 else 410) for i in range(20)]
    urls.append(web.put("/busy", status=503))
    rows = [(f"{i}", url) for i, url in enumerate(urls)]

    limits = Limits(allow_networks=LOOPBACK, retries=0)
    asking = DownloadImages(store=str(tmp_path / "store"), allow_networks=LOOPBACK, retries=0)

    def fetched(rows: list[tuple[str, str]], partitions: int) -> list[Row]:
        stage = dataclasses.replace(asking, partitions=partitions)
        pairs = spark.createDataFrame(rows, "uid STRING, url STRING")
        return sorted(stage(pairs).collect(), key=lambda row: row.uid)

    first = fetched(rows[:15] + rows[20:], 3)
    ranges = sorted(UrlCache.listed(str(tmp_path / "store"), Resizing(), limits).ranges)
    second = fetched(rows, 2)

    assert [row for row in second if row in first] == first
    assert {row.uid for row in second if not row.problem} == {f"{i}" for i in range(20) if i % 5}
    assert web.hits == {f"/{i}": 1 for i in range(20)} | {"/busy": 2}
    assert len(ranges) == 3
    assert all(one[1] < other[0] for one, other in pairwise(ranges)), "few hold what a task needs"


def test_settings_of_http_and_of_resizing_are_those_of_the_step_in_their_order() -> None:
    shared = [*dataclasses.fields(Resizing), *dataclasses.fields(Limits)]

    assert list(dataclasses.fields(DownloadImages))[: len(shared)] == shared
    assert repr(DownloadImages(retries=7)).startswith("DownloadImages(image_size=512, resize_mode=")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"image_size": 0}, "image_size is 0; it must be 1 or more"),
        ({"threads": 0}, "threads"),
        ({"retries": -1}, "retries"),
        ({"max_seconds": 0.0}, "max_seconds"),
        ({"max_pixels": 10**9}, "max_pixels is 1000000000; 178956970 is the most"),
        ({"max_aspect_ratio": 0.5}, "longer by shorter"),
        ({"encode_format": "png"}, "encode_quality is 95; png wants 0 to 9"),
        ({"encode_quality": 101}, "jpg wants 0 to 100"),
        ({"user_agent": "my bot"}, "one word"),
        ({"allow_networks": ("10.0.0.0/33",)}, "10.0.0.0/33"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        DownloadImages(**settings).check()  # type: ignore[arg-type]


def test_settings_that_make_sense_are_not() -> None:
    DownloadImages().check()
    DownloadImages(
        encode_format="png", encode_quality=9, max_aspect_ratio=1.0, allow_networks=("10.0.0.0/8",)
    ).check()


@pytest.mark.spark  # for it takes seconds
def test_nothing_is_left_on_disk_even_if_the_process_is_killed(web: Web, tmp_path: Path) -> None:
    script = f"""
import os, signal
from crawl2clip.fetch.download_images import DownloadImages
stage = DownloadImages(allow_networks={LOOPBACK})
[outcome] = stage._fetch()([{web.put("/a", picture())!r}]).values()
print(outcome.problem, outcome.width, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    paths = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-c", script], env=paths, cwd=tmp_path, capture_output=True
    )

    assert (done.stdout, done.returncode) == (b"None 40\n", -signal.SIGKILL), done.stderr
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.spark
def test_images_are_fetched_by_signed_addresses_that_neither_table_nor_store_keeps(
    spark: SparkSession, web: Web, tmp_path: Path
) -> None:
    signed = web.put("/x?w=1&token=SECRET", picture())
    other = web.put("/x?w=1&token=SECRET2", status=403)
    pairs = spark.createDataFrame([("1", signed), ("2", other)], "uid STRING, canonical_url STRING")
    pairs = pairs.withColumn("url", pairs["canonical_url"])

    def fetched() -> dict[str, Row]:
        folder = str(tmp_path / "store")
        stage = DownloadImages(store=folder, signed_urls="strip", allow_networks=LOOPBACK)
        return {row.uid: row for row in stage(pairs).collect()}

    first = fetched()

    assert first["1"].image
    assert first["2"].problem == "http 403: 403 Forbidden"
    assert {row.url for row in first.values()} == {web.url("/x?w=1")}
    assert {row.canonical_url for row in first.values()} == {web.url("/x?w=1")}
    assert fetched() == first
    assert sum(web.hits.values()) == 2, "the store has known both the second time"
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert left
    assert not any(b"SECRET" in data for data in left)
