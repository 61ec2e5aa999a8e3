"""Each recipe over the archives of the sample, from WARC files to shards.

The funnels are compared with tests/golden/<recipe>.json, so that a changed default shows in review.
`CRAWL2CLIP_NEW_GOLDEN=1` writes them anew.
"""

import json
import math
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import webdataset
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.engine.job_report import JobReport
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import Recipe, load_recipe
from crawl2clip.synthetic_web import truth
from tests.programs import program, run_on_a_cluster
from tests.score.tiny import local_dir

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
DEMO_SAMPLE, DEMO_NETWORK = "build/demo/sample", "local-dir:build/demo/dfn"
LEFT_OUT = {"pixel", "placeholder"}  # images of 1 px, and what stands for one that loads later


def demo_on(sample: Path, network: str, folder: Path) -> str:
    """Path of a copy of demo.yaml that takes its entries from the sample and the network given."""
    text = (ROOT / "conf" / "recipes" / "demo.yaml").read_text(encoding="utf-8")
    assert DEMO_SAMPLE in text
    assert DEMO_NETWORK in text
    text = text.replace(DEMO_SAMPLE, str(sample)).replace(DEMO_NETWORK, network)
    copy = folder / "demo.yaml"
    copy.write_text(text, encoding="utf-8")
    return str(copy)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of random weights: how many pairs it keeps does not depend on what it knows."""
    return local_dir(tmp_path_factory.mktemp("network"), "tiny-a")


def run_all(spark: SparkSession, recipe: Recipe, source: str, folder: Path) -> list[JobReport]:
    run = Run(recipe, Source(source), str(folder))
    return [run_job(spark, run, job) for job in recipe.jobs]


@pytest.fixture(scope="module")
def demo(
    spark: SparkSession, sample: Path, network: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[JobReport]]:
    """The folder of a finished run of demo.yaml and its reports."""
    folder = tmp_path_factory.mktemp("demo")
    recipe = load_recipe(demo_on(sample, network, folder))
    return folder / "run", run_all(spark, recipe, f"{sample}/warc.paths.gz", folder / "run")


def uids_in_shards(folder: Path) -> list[str]:
    tars = sorted(map(str, (folder / "shards").glob("*.tar")))
    dataset = webdataset.WebDataset(tars, shardshuffle=False).decode("rgb8")
    samples = list(dataset)
    assert all(min(sample["jpg"].shape[:2]) >= 1 for sample in samples), "each can be decoded"
    return sorted(sample["json"]["uid"] for sample in samples)


def test_the_funnel_is_the_golden_one(demo: tuple[Path, list[JobReport]]) -> None:
    found = {
        report.job: {
            "pairs": [row["pairs"] for row in report.funnel],
            "problems": report.problems,
        }
        for report in demo[1]
    }
    path = GOLDEN / "demo.json"
    if os.environ.get("CRAWL2CLIP_NEW_GOLDEN"):
        path.write_text(json.dumps(found, indent=1) + "\n")

    assert found == json.loads(path.read_text())


def test_the_shards_hold_each_pair_with_one_of_the_best_scores_once(
    spark: SparkSession, demo: tuple[Path, list[JobReport]]
) -> None:
    folder, reports = demo
    scored = spark.read.parquet(f"{folder}/score").where("problem is null")
    fetched = spark.read.parquet(f"{folder}/fetch").where("problem is null")
    best = sorted(scored.select("dfn_score", "uid").collect(), reverse=True)

    in_shards = uids_in_shards(folder)

    assert len(best) == fetched.count()
    assert in_shards == sorted(row.uid for row in best[: math.ceil(0.15 * len(best))])
    assert len(set(in_shards)) == len(in_shards) == reports[-1].pairs


def test_extraction_finds_what_truth_says_is_there(
    spark: SparkSession, sample: Path, demo: tuple[Path, list[JobReport]]
) -> None:
    rows = spark.read.parquet(f"{demo[0]}/extract").where("problem is null").collect()
    found = Counter((row.page_url, row.url, row.text) for row in rows)
    there = {
        (row["page_url"], row["url"], row["text"])
        for row in truth(sample).to_pylist()
        if row["text_source"] == "alt" and not row["in_damaged_record"]
        if row["url"] and row["text"]  # it also tells of images without text and bad links
        if LEFT_OUT.isdisjoint(row["kind"])
    }
    # Of an image with several addresses the largest is its url, and truth has a row for each.
    others = {
        (row.page_url, other.url, row.text) for row in rows for other in row.url_candidates or ()
    }

    assert found.keys() | others == there
    assert set(found.values()) == {1}, "nothing twice"


def test_what_could_not_be_fetched_is_what_truth_says(
    spark: SparkSession, sample: Path, demo: tuple[Path, list[JobReport]]
) -> None:
    outcome = {row["url"]: row["outcome"] for row in truth(sample).to_pylist()}
    rows = spark.read.parquet(f"{demo[0]}/fetch").select("url", "problem").collect()
    kinds = {
        "http_404": "http 404",
        "http_500": "http 500",
        "refused": "connection failed",
        "redirect_loop": "too many redirects",
        "slow": "timeout",
        "not_an_image": "not an image",
        "truncated": "truncated",
        "oversized": "too large",
        "bomb": "too many pixels",
    }
    opted_out = {row["url"] for row in truth(sample).to_pylist() if row["opt_out"]}

    for row in rows:
        kind = row.problem and row.problem.split(":")[0]
        if kind == "opted out":
            assert row.url in opted_out
        else:
            assert kind == kinds.get(outcome[row.url]), f"{row.url}: {row.problem}"


def test_partitions_do_not_change_the_set(
    spark: SparkSession,
    sample: Path,
    network: str,
    demo: tuple[Path, list[JobReport]],
    tmp_path: Path,
) -> None:
    before = spark.conf.get("spark.sql.shuffle.partitions")
    whole = spark.read.parquet(f"{demo[0]}/extract").where("problem is null").drop("problem")
    whole.repartition(7).write.parquet(str(tmp_path / "pairs.parquet"))
    recipe = load_recipe(demo_on(sample, network, tmp_path))
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    try:
        reports = run_all(spark, recipe, str(tmp_path / "pairs.parquet"), tmp_path / "run")
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", str(before))

    assert [r.funnel[-1] for r in reports] == [r.funnel[-1] for r in demo[1]]
    assert hashes(spark, tmp_path / "run") == hashes(spark, demo[0])


def hashes(spark: SparkSession, folder: Path) -> list[str]:
    return sorted(row.shard_sha256 for row in spark.read.parquet(f"{folder}/shard").collect())


def uids(spark: SparkSession, folder: Path, job: str) -> list[str]:
    return sorted(row.uid for row in spark.read.parquet(f"{folder}/{job}").collect())


def test_executors_of_their_own_give_the_same_set(
    spark: SparkSession,
    sample: Path,
    network: str,
    demo: tuple[Path, list[JobReport]],
    tmp_path: Path,
) -> None:
    options = [demo_on(sample, network, tmp_path), f"{sample}/warc.paths.gz", "run"]

    run_on_a_cluster([*program(__file__, "cluster"), *options], tmp_path)

    assert uids(spark, tmp_path / "run", "balance") == uids(spark, demo[0], "balance")


def test_a_killed_run_started_again_gives_the_same(
    spark: SparkSession,
    sample: Path,
    network: str,
    demo: tuple[Path, list[JobReport]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, recipe = tmp_path / "run", Path(demo_on(sample, network, tmp_path))
    recipe.write_text(recipe.read_text().partition("\n  match:")[0])
    command = ["run", str(recipe), "--source", f"{sample}/warc.paths.gz", "--run-dir", str(folder)]
    program = [sys.executable, "-m", "crawl2clip", *command, "--cores", "2"]
    first = subprocess.Popen(program, cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 120
    while not (folder / "language.json").exists():
        assert first.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    left = {path.name for path in folder.glob("*.json")}
    assert "dedup.json" not in left

    code, second = ended(capsys, *command)

    assert code == 0
    assert uids(spark, folder, "dedup") == uids(spark, demo[0], "dedup")
    assert "language: done before, nothing changed" in second.err
    assert str(folder / "report.html") in second.out.replace("\n", "")


def ended(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[object, Any]:
    """Exit code of a command in this process and its session, and what it printed."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main([*command])
    return end.value.code, capsys.readouterr()


def test_a_missing_archive_is_counted_and_the_others_are_read(
    sample: Path,
    demo: tuple[Path, list[JobReport]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archives = sorted((sample / "warc").iterdir())
    manifest = tmp_path / "paths.txt"
    manifest.write_text("\n".join([*map(str, archives), str(tmp_path / "gone.warc.gz")]))
    (tmp_path / "r.yaml").write_text("recipe: r\njobs:\n  extract:\n")
    options = ["--source", str(manifest), "--run-dir", str(tmp_path / "run")]

    code, said = ended(capsys, "run", str(tmp_path / "r.yaml"), *options)

    assert code == 3
    assert "1 of the listed files could not be read" in said.err
    report = json.loads((tmp_path / "run" / "extract.json").read_text())
    assert report["problems"]["missing file"] == 1
    assert report["funnel"][-1]["pairs"] == demo[1][0].pairs


def test_a_tar_has_nothing_of_this_machine_in_it(demo: tuple[Path, list[JobReport]]) -> None:
    for path in (demo[0] / "shards").glob("*.tar"):
        with tarfile.open(path) as tar:
            assert {(m.mtime, m.uid, m.uname, m.mode) for m in tar} == {(0, 0, "", 0o644)}
