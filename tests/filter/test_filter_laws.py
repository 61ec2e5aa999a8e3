"""Laws of the filters that look at one row at a time, whatever the rows.

A row is judged the same whichever rows stand beside it, however they are ordered and parted. From
that follow the others: what a filter keeps of two tables is what it keeps of each, counts add up,
and doing it twice changes nothing.
"""

import hashlib
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from crawl2clip.dedup.add_ids import AddIds
from crawl2clip.dedup.drop_eval_images import DropEvalImages
from crawl2clip.filter.blocked_domains import BlockedDomains
from crawl2clip.filter.blocked_hashes import BlockedHashes
from crawl2clip.filter.blocked_urls import BlockedUrls
from crawl2clip.filter.blocked_words import BlockedWords
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.join_scores import JoinScores
from crawl2clip.filter.keep_clusters import KeepClusters
from crawl2clip.filter.keep_subset import KeepSubset
from crawl2clip.filter.respect_opt_out import RespectOptOut
from crawl2clip.filter.where import Where
from crawl2clip.stage import Filter

FEW = settings(
    max_examples=4,  # each costs some Spark jobs
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SCHEMA = (
    "uid STRING, url STRING, text STRING, sha256 STRING, image_cluster INT, phash BINARY, "
    "image_embedding ARRAY<FLOAT>, opt_out ARRAY<STRUCT<agent STRING, directive STRING>>, "
    "problem STRING"
)
SHA = [hashlib.sha256(bytes([i])).hexdigest() for i in range(4)]
HASHES = [bytes([i]) * 32 for i in (0, 1, 255)]
VECTORS = [[1.0, 0.0], [0.99, 0.1], [0.0, 1.0]]

Row = tuple[object, ...]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["http://a.example/1", "http://x.a.example/ads/2", "no address", None]),
        st.sampled_from(["a dog", "a bad dog runs", "BAD", "", "犬が走る", None]),
        st.sampled_from([*SHA, None]),
        st.sampled_from([0, 1, 2, None]),
        st.sampled_from([*HASHES, None]),
        st.sampled_from([*VECTORS, None]),
        st.sampled_from([[("*", "noai")], [("bot", "noai")], [], None]),
        st.sampled_from([None, None, None, "http 404: gone"]),
    ),
    min_size=2,
    max_size=30,
).map(lambda rows: [(hashlib.md5(str(i).encode()).hexdigest(), *row) for i, row in enumerate(rows)])


@pytest.fixture(scope="module")
def filters(tmp_path_factory: pytest.TempPathFactory) -> list[Filter]:
    folder = tmp_path_factory.mktemp("lists")
    lists = {
        "domains": "x.a.example",
        "urls": "/1$",
        "words": "bad\n犬",
        "hashes": "\n".join(SHA[:2]),
    }
    for name, text in lists.items():
        (folder / name).write_text(text)
    np.save(folder / "clusters.npy", np.array([0, 2]))
    evaluation = {"sha256": SHA[2:3], "phash": HASHES[:1], "embedding": VECTORS[:1]}
    pq.write_table(pa.table(evaluation), folder / "eval.parquet")
    return [
        BlockedDomains(str(folder / "domains")),
        BlockedUrls(str(folder / "urls")),
        BlockedWords(str(folder / "words")),
        BlockedHashes(str(folder / "hashes"), "sha256"),
        CaptionLength(2, 3),
        KeepClusters(str(folder / "clusters.npy")),
        RespectOptOut(),
        Where("length(text) > 3"),
        DropEvalImages(str(folder / "eval.parquet"), by=("sha256", "phash", "embedding")),
    ]


@settings(FEW, max_examples=2)  # nine filters at a time
@given(rows=ROWS, seed=st.integers(0, 99), cut=st.integers(2, 30), parts=st.integers(1, 3))
def test_a_verdict_hangs_on_its_row_alone(
    spark: SparkSession, filters: list[Filter], rows: list[Row], seed: int, cut: int, parts: int
) -> None:
    def verdicts(some: list[Row], parts: int) -> dict[str, tuple[object, ...]]:
        pairs = AddIds()(spark.createDataFrame(some, SCHEMA).repartition(parts))
        stays = [step.stays(pairs).alias(f"f{i}") for i, step in enumerate(filters)]
        found = pairs.select("uid", *stays, *AddIds.adds).collect()
        return {row.uid: tuple(row[1:]) for row in found}

    shuffled = Random(seed).sample(rows, len(rows))

    whole = verdicts(rows, 1)

    assert whole == verdicts(shuffled[:cut], parts) | verdicts(shuffled[cut:], parts)
    assert all(
        stays is True for row in rows if row[-1] for stays in whole[str(row[0])][: len(filters)]
    ), "a row with a problem goes past every filter"


@FEW
@given(rows=ROWS, chosen=st.sets(st.integers(0, 40)), parts=st.integers(1, 4))
def test_a_subset_keeps_what_it_names_once_or_twice(
    spark: SparkSession,
    tmp_path: Path,
    rows: list[Row],
    chosen: set[int],
    parts: int,
) -> None:
    uids = [hashlib.md5(str(i).encode()).hexdigest() for i in sorted(chosen)]
    halves = [(int(uid[:16], 16), int(uid[16:], 16)) for uid in uids]
    np.save(tmp_path / "subset.npy", np.array(halves, "u8,u8"))
    step = KeepSubset(str(tmp_path / "subset.npy"))

    once = step(spark.createDataFrame(rows, SCHEMA).repartition(parts))
    twice = [row.uid for row in step(once).collect()]

    assert sorted(twice) == sorted(str(row[0]) for row in rows if row[0] in uids or row[-1])


@FEW
@given(
    rows=ROWS,
    scores=st.lists(
        st.tuples(st.sampled_from([*SHA, None]), st.sampled_from([0.1, 0.5, None])), max_size=12
    ),
    seed=st.integers(0, 99),
)
def test_scores_do_not_hang_on_the_order_of_their_table(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[Row],
    scores: list[tuple[str | None, float | None]],
    seed: int,
) -> None:
    """The highest of each key, in plain Python; null is no key."""
    highest: dict[str | None, float] = {}
    for key, score in scores:
        if key is not None and score is not None:
            highest[key] = max(score, highest.get(key, 0.0))
    table = str(tmp_path_factory.mktemp("scores") / "t")
    shuffled = Random(seed).sample(scores, len(scores))
    spark.createDataFrame(shuffled, "sha256 STRING, punsafe DOUBLE").repartition(2).write.parquet(
        table
    )

    joined = JoinScores(table, ("punsafe",), ("sha256",))(spark.createDataFrame(rows, SCHEMA))

    assert Counter((row.uid, row.punsafe) for row in joined.collect()) == Counter(
        (row[0], highest.get(row[3]))
        for row in rows  # type: ignore[arg-type]
    )
