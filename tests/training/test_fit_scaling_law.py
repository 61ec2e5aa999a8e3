"""The command on tables of results whose law is known, and the table itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from crawl2clip.__main__ import main
from crawl2clip.scaling import results_table
from crawl2clip.scaling.scaling_law import Point
from crawl2clip.training.gmacs import gmacs

COSTS = {"ViT-B-32": 7.4, "ViT-B-16": 20.57, "ViT-L-14": 87.73}
SEEN = (3e9, 13e9, 34e9)


def table(folder: Path, suffix: str = ".csv") -> Path:
    """Ours on E = 6 C^-0.11, with a worse model beside each; another maker's on E = 20 C^-0.16."""
    rows = []
    for number, (arch, cost) in enumerate(COSTS.items()):
        about = {"arch": arch, "gmacs": cost, "downstream_dataset": "imagenet1k"}
        for seen in SEEN:
            for worse in (1, 1.2):
                row = {"upstream_dataset": "ours", "samples_seen": seen}
                rows.append({**about, **row, "acc1": 1 - worse * 6 * (cost * seen) ** -0.11})
        row = {"upstream_dataset": "theirs", "samples_seen": SEEN[1]}
        rows.append({**about, **row, "acc1": 1 - 20 * (cost * SEEN[1]) ** -0.16})
        rows.append(
            {**about, "upstream_dataset": "ours", "samples_seen": None, "acc1": 0.1 * number}
        )
    path = folder / f"results{suffix}"
    frame = pd.DataFrame(rows)
    if suffix == ".csv":
        frame.to_csv(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path)
    else:
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            results_table.append(path, row)
    return path


def ended(*argv: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["fit-scaling-law", *argv])
    return int(end.value.code or 0)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_it_finds_the_laws_predicts_and_draws(suffix: str, tmp_path: Path) -> None:
    path, to = table(tmp_path, suffix), tmp_path / "law"
    more = ["--apart", "upstream_dataset=theirs", "--bins", "50", "--predict", "ViT-L-14@68e9"]

    assert ended(str(path), "--to", str(to), *more) == 0

    found = json.loads((to / "scaling_law.json").read_text())
    ours, theirs = found["laws"]
    assert (theirs["models"], theirs["alpha"]["value"]) == ("theirs", pytest.approx(-0.16))
    assert theirs["beta"] == pytest.approx(20)
    assert len(ours["points"]) == 18, "no more points than bins: all of them, the worse ones too"
    assert ours["alpha"]["value"] == pytest.approx(-0.11)
    assert ours["beta"] == pytest.approx(6 * 1.2**0.5)  # between the better and the worse
    assert ours["alpha"]["low"] < -0.11 < ours["alpha"]["high"]
    [_, other] = found["predictions"]
    assert other["value"] == pytest.approx(1 - 20 * (87.73 * 68e9) ** -0.16)
    assert (to / "scaling_law.png").read_bytes().startswith(b"\x89PNG")


def test_with_bins_only_the_best_count(tmp_path: Path) -> None:
    path = table(tmp_path)

    assert ended(str(path), "--to", str(tmp_path), "--task", "imagenet1k:acc1") == 0

    [law] = json.loads((tmp_path / "scaling_law.json").read_text())["laws"]
    assert len(law["points"]) == 5
    assert all(point["error"] < 1.2 * 6 * 1e10**-0.11 for point in law["points"])


def test_the_same_table_makes_the_same_files(tmp_path: Path) -> None:
    path = table(tmp_path)

    for to in ("one", "two"):
        ended(str(path), "--to", str(tmp_path / to))

    for name in ("scaling_law.json", "scaling_law.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(("more", "why"), [
    ("--task imagenet1k", "dataset:metric"),
    ("--task coco:acc1", "no coco in the table; it has imagenet1k"),
    ("--task imagenet1k:acc9", "no acc9"),
    ("--apart upstream_dataset=nobody", "one of ours, theirs"),
    ("--apart maker=nobody", "one of nothing"),
    ("--predict ViT-B-32", "ARCH@SAMPLES"),
    ("--predict ViT-B-32@-1", "ARCH@SAMPLES"),
    ("--predict ViT-B-33@1e9", "did you mean"),
    ("--bins 1", "two points"),
    ("--confidence 95", "between 0 and 1"),
])  # fmt: skip
def test_what_can_not_be_meant_is_refused_in_one_line(
    more: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(str(table(tmp_path)), "--to", str(tmp_path / "law"), *more.split()) == 2

    assert why in capsys.readouterr().err
    assert not (tmp_path / "law").exists()


@pytest.mark.parametrize(("name", "content", "why"), [
    ("r.csv", None, "no such file"), ("r.txt", "x", "ends with"), ("r.csv", "arch,acc1\n", "lacks"),
    ("r.csv", "arch,gmacs,samples_seen,downstream_dataset,acc1\nA,1,1,vtab,1\n", "name a task"),
    ("r.csv", "arch,gmacs,samples_seen,downstream_dataset,acc1\nA,1,1,imagenet1k,0.5\n", "two c"),
])  # fmt: skip
def test_a_table_that_is_none_is_refused(
    name: str, content: str | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)

    assert ended(str(tmp_path / name), "--to", str(tmp_path / "law")) == 2

    assert why in capsys.readouterr().err


def test_lines_appended_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: results_table.append(path, {"i": i, "x": "é" * 3_000}), range(200)))

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert sorted(row["i"] for row in rows) == list(range(200))


def test_rows_without_compute_or_metric_are_no_points(tmp_path: Path) -> None:
    row = {"arch": "A", "gmacs": 2.0, "samples_seen": 3.0, "downstream_dataset": "d", "acc1": 0.25}
    for change in ({}, {"gmacs": None}, {"acc1": None}, {"downstream_dataset": "e"}):
        results_table.append(tmp_path / "r.jsonl", {**row, **change})

    found = results_table.points(results_table.read(str(tmp_path / "r.jsonl")), "d", "acc1")

    assert found == [Point(6.0, 0.75)]


def test_gmacs_of_a_small_model_are_those_counted_by_hand(tmp_path: Path) -> None:
    side, width, tokens, context = 2, 8, 5, 4  # 4 patches and the class token
    vision = {"image_size": 4, "layers": 1, "width": width, "head_width": 4, "patch_size": side}
    text = {"context_length": context, "vocab_size": 9, "width": width, "heads": 2, "layers": 1}
    config = tmp_path / "by-hand.json"
    config.write_text(json.dumps({"embed_dim": 6, "vision_cfg": vision, "text_cfg": text}))

    found = gmacs("by-hand", str(config))

    def block(length: int) -> int:
        """Four square matrices, the MLP of four times the width, and attention."""
        return length * (4 + 2 * 4) * width**2 + 2 * length**2 * width

    patches = 4 * (3 * side * side) * width
    projections = 2 * width * 6
    assert found * 1e9 == pytest.approx(patches + block(tokens) + block(context) + projections)
