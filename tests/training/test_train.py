"""Training by the command, in one process and in several; all of it real, and short."""

import json
from pathlib import Path

import pytest
import torch
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.training.launch import Nodes, command
from crawl2clip.training.shards import Shards
from crawl2clip.training.training_record import TrainingRecord, last_checkpoint
from crawl2clip.training.training_run import WARMUP, TrainingRun
from tests.training.drawn import captions, model_config, shards

PAIRS, TARS, BATCH = 96, 4, 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards and a model's description."""
    home = tmp_path_factory.mktemp("training")
    shards(home / "shards", PAIRS, TARS)
    model_config(home)
    return home


def words(folder: Path, to: str, *more: str) -> list[str]:
    """A command line for the command train."""
    model = ["--model", "tiny-vit", "--model-config", str(folder / "tiny-vit.json")]
    where = ["--to", str(folder / to), "--device", "cpu", "--workers", "1"]
    return ["train", str(folder / "shards"), *model, *where, "--batch-size", str(BATCH), *more]


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes that train are children of this one, and several run at a time."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def run(*argv: str) -> None:
    """Run the command in this process, which has open_clip loaded; it starts those that train."""
    with pytest.raises(SystemExit) as ended:
        main([*argv])
    assert ended.value.code == 0


def weights(folder: Path) -> dict[str, torch.Tensor]:
    path, _ = last_checkpoint(folder)
    loaded = torch.load(path, weights_only=True, map_location="cpu")
    return {k.removeprefix("module."): v for k, v in loaded["state_dict"].items()}


@pytest.mark.spark  # starts another program
def test_one_command_trains_a_second_goes_on_and_evaluate_knows_what_was_seen(folder: Path) -> None:
    run(*words(folder, "one", "--epochs", "2", "--open-clip=--lr 1e-3 --save-frequency 1"))

    path, epochs = last_checkpoint(folder / "one")
    assert (path.name, epochs) == ("epoch_2.pt", 2)
    record = TrainingRecord.read(folder / "one")
    assert (record.samples_per_epoch, record.epochs) == (PAIRS, 2)
    assert "=> resuming" not in (folder / "one" / "out.log").read_text()

    path.unlink()  # as if it had been stopped after the first epoch
    run(*words(folder, "one", "--epochs", "2", "--open-clip=--lr 1e-3 --save-frequency 1"))
    assert "(epoch 1)" in (folder / "one" / "out.log").read_text()
    assert path.exists()

    table = folder / "results.jsonl"
    sets = str(captions(folder / "captions", 20))
    run("evaluate", sets, "--run", str(folder / "one"), "--to", str(table), "--device", "cpu")
    [line] = map(json.loads, table.read_text().splitlines())
    assert (line["arch"], line["samples_seen"]) == ("tiny-vit", 2 * PAIRS)
    assert line["upstream_dataset"] == str(folder / "shards")


@pytest.mark.spark
def test_two_processes_of_torchrun_train_one_model(folder: Path) -> None:
    more = ["--launcher", "torchrun", "--processes", "2", "--epochs", "1"]
    run(*words(folder, "two", *more, "--open-clip=--lr 1e-3"))

    log = (folder / "two" / "out.log").read_text()
    assert "total 2" in log
    assert f"{PAIRS}/{PAIRS} (100%)" in log
    assert all(tensor.isfinite().all() for tensor in weights(folder / "two").values())


def test_sparks_torch_distributor_trains_it_too(spark: SparkSession, folder: Path) -> None:
    more = ["--launcher", "spark", "--processes", "2", "--epochs", "1"]
    run(*words(folder, "spark", *more, "--open-clip=--lr 1e-3"))

    assert "total 2" in (folder / "spark" / "out.log").read_text()
    assert last_checkpoint(folder / "spark")[1] == 1


def training(folder: Path, **settings: object) -> TrainingRun:
    of = Shards.of(str(folder / "shards"))
    known = {"model": "ViT-B-32", "batch_size": 8, "device": "cpu"} | settings
    return TrainingRun(of, folder / "model", **known)  # type: ignore[arg-type]


def value(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(f"--{name}") + 1]


def test_the_samples_of_an_epoch_come_from_sizes_json(folder: Path) -> None:
    found = training(folder, epochs=3).arguments()

    assert value(found, "train-num-samples") == str(PAIRS)
    assert value(found, "workers") == "4"
    assert value(found, "train-data") == f"{folder}/shards/{{00000..00003}}.tar"
    assert value(found, "warmup") == str(PAIRS // 8 * 3 // 10)
    assert "--dataset-resampled" not in found
    assert "--local-loss" not in found


def test_samples_seen_are_cut_into_checkpoints_and_drawn_at_random(folder: Path) -> None:
    paper = training(
        folder, samples_seen=407_332_084 * 32, batch_size=1_024, processes=86, device="cuda"
    )
    found = paper.arguments()

    # 407,332,084 in batches of 88,064 for each of 4 loaders: 4,626 batches become 4 x 1,157.
    assert value(found, "train-num-samples") == str(4 * 1_157 * 88_064)
    assert value(found, "warmup") == str(WARMUP)
    assert {"--dataset-resampled", "--local-loss", "--gather-with-grad"} <= set(found)
    assert "--precision" not in found


def test_a_run_on_several_machines_is_torchruns(folder: Path) -> None:
    two = training(folder, processes=4, workers=1)

    found = command(two, "torchrun", Nodes(2, "host:29500"))

    assert value(found, "nproc-per-node") == "2"
    assert value(found, "rdzv-endpoint") == "host:29500"
    assert found[-2:] == ["crawl2clip.training.worker_main", str(two.folder)]


@pytest.mark.parametrize(("more", "why"), [
    ("--batch-size 97", "can't fill batches"),
    ("--processes 2", "want --launcher"),
    ("--launcher torchrun --nodes 2", "want --launcher torchrun and --rendezvous"),
    ("--epochs 0", "epochs must be 1"),
    ("--samples-seen 0", "can't make"),
    ("--model ViT-B-33", "did you mean"),
    ("--model-config nowhere.json", "no such file"),
    ("--open-clip=--epochs=7", "--epochs in --open-clip"),
    ("--open-clip=--accum-freq=2", "--accum-freq in --open-clip"),
])  # fmt: skip
def test_what_would_not_train_is_refused_in_one_line(
    more: str, why: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(words(folder, "refused", *more.split()))

    assert end.value.code == 2
    assert why in capsys.readouterr().err
    assert not (folder / "refused").exists()


def test_a_folder_of_another_run_is_not_gone_on_with(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    training(folder, epochs=3).record().write(folder / "taken")

    with pytest.raises(SystemExit) as end:
        main(words(folder, "taken", "--epochs", "4"))

    assert end.value.code == 2
    assert "other settings" in capsys.readouterr().err


def test_a_folder_without_a_run_or_a_checkpoint_is_none_to_evaluate(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no train\.json"):
        TrainingRecord.read(tmp_path)
    with pytest.raises(ValueError, match="no checkpoint"):
        last_checkpoint(tmp_path)


def test_the_last_checkpoint_is_that_of_most_epochs(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    for name in ("epoch_2.pt", "epoch_10.pt", "epoch_latest.pt", "tmp.pt"):
        (tmp_path / "checkpoints" / name).touch()

    assert last_checkpoint(tmp_path) == (tmp_path / "checkpoints" / "epoch_10.pt", 10)
