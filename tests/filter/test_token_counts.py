import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.__main__ import main
from crawl2clip.filter.spark.token_columns import Tokens
from crawl2clip.filter.spark.token_counts import added, counted, read, read_record, tokens_of, write

TEXT = st.lists(st.sampled_from(["a", "A", "red", "dog.", "狗"]), max_size=4).map(" ".join)
TEXTS = st.lists(st.one_of(st.none(), TEXT), max_size=12)


def table(spark: SparkSession, texts: list[str | None], partitions: int = 2) -> DataFrame:
    rows = [(f"http://x.example/{i}", text) for i, text in enumerate(texts)]
    return spark.createDataFrame(rows, "url STRING, text STRING").repartition(partitions)


def as_dict(counts: DataFrame) -> dict[str, int]:
    return {row["token"]: row["count"] for row in counts.collect()}


def by_hand(texts: list[str | None]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        words = (text or "").lower().split()
        counts.update(words)
        counts.update(f"{a} {b}" for a, b in pairwise(words))
    return counts


def test_counts_each_unigram_and_bigram_each_time(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(
        [("a dog a dog", None), ("A dog", None), ("", None), (None, None), ("a cat", "timeout: 1")],
        "text STRING, problem STRING",
    )

    assert as_dict(counted(pairs, Tokens())) == {"a": 3, "dog": 3, "a dog": 3, "dog a": 1}


@settings(max_examples=6, deadline=None)
@given(TEXTS, TEXTS, st.integers(1, 4))
def test_counts_of_parts_add_up_to_those_of_the_whole(
    spark: SparkSession, some: list[str | None], others: list[str | None], partitions: int
) -> None:
    one, two = table(spark, some, partitions), table(spark, others)

    sums = added([counted(one, Tokens()), counted(two, Tokens())])

    assert as_dict(sums) == by_hand([*some, *others])


def test_a_receipt_says_what_was_counted_and_how(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "v.json")
    tokens = Tokens(case="kept")

    about = write(counted(table(spark, ["a dog", "A dog"]), tokens), path, tokens, {"it": "two"})

    assert read_record(path) == about
    assert (about["tokens"], about["occurrences"], about["of"]) == (5, 6, {"it": "two"})
    assert tokens_of(path) == tokens
    assert as_dict(read(spark, path)) == {"a": 1, "A": 1, "dog": 2, "a dog": 1, "A dog": 1}


def test_the_content_is_the_same_hash_for_the_same_counts(
    spark: SparkSession, tmp_path: Path
) -> None:
    def content(texts: list[str | None], partitions: int) -> object:
        counts = counted(table(spark, texts, partitions), Tokens()).repartition(partitions)
        return write(counts, str(tmp_path / "v.json"), Tokens(), {})["content"]

    first = content(["a dog", "a cat"], 1)

    assert content(["a cat", "a dog"], 3) == first
    assert content(["a cat", "a dog", "a dog"], 3) != first
    assert content([], 1) == "0" * 16


@pytest.mark.parametrize("content", ["", "[]", '{"job": "extract"}', "\x00"])
def test_what_is_no_receipt_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "v.json"
    path.write_text(content)

    with pytest.raises(ValueError, match="is not a record"):
        tokens_of(str(path))


def ended(*options: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["vocabulary", *options])
    return int(end.value.code or 0)


def test_the_command_counts_a_table_and_adds_others(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    table(spark, ["a dog", "a red dog"]).write.parquet(first)
    table(spark, ["A dog"]).write.parquet(second)
    to, both = str(tmp_path / "v1.json"), str(tmp_path / "both.json")

    assert ended("--source", first, "--to", to) == 0
    assert capsys.readouterr().out.strip() == f"6 tokens, which occur 8 times: {to}"
    assert ended("--source", second, "--add", to, "--to", both) == 0

    wanted = by_hand(["a dog", "a red dog", "a dog"])
    assert as_dict(read(spark, both)) == wanted
    assert json.loads(Path(both).read_text())["of"] == {"source": second, "add": [to]}
    assert ended("--add", to, to, "--to", str(tmp_path / "twice.json")) == 0
    twice = as_dict(read(spark, str(tmp_path / "twice.json")))
    assert twice == {token: 2 * n for token, n in by_hand(["a dog", "a red dog"]).items()}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "v.json"], "what shall be counted?"),
        (["--add", "v.json", "--to", "v.json"], "is one of those to add"),
        (["--source", "s", "--to", "v"], "named by its record, v.json"),
        (["--add", "none.json", "--to", "v.json"], "there is no vocabulary none.json"),
        (["--add", "kept.json", "--to", "v.json"], "kept.json was counted with"),
        (["--source", "none.parquet", "--to", "v.json"], "holds no Parquet table"),
    ],
)
def test_the_command_refuses_a_mistake_in_one_line(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = {"split": "blanks", "case": "kept", "tokens": 0, "of": {}}
    Path("kept.json").write_text(json.dumps(kept))

    assert ended(*options) == 2

    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
