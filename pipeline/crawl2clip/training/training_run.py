"""Define the settings of a training run and open_clip's arguments for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from crawl2clip.training.gmacs import check_architecture
from crawl2clip.training.shards import Shards, samples_per_epoch
from crawl2clip.training.training_record import TrainingRecord

WARMUP = 10_000  # steps, open_clip's own
# A run shorter than ten such warm-ups would end before its learning rate has come far.
WARMUP_SHARE = 0.1


@dataclass(frozen=True)
class TrainingRun:
    """Settings of a training run. epochs: passes over the shards, with a checkpoint after each.

    samples_seen: alternatively, the total number of samples, drawn from random tars with
    replacement, with `epochs` checkpoints. In this way Cherti et al. 2023 compare sets of different
    sizes at the same compute; their 13 billion are 32 checkpoints of 407,332,084 samples.
    batch_size: per process. processes: the total over all nodes. workers: the maximum number of
    loaders per process. options: further options of open_clip, as on its command line.
    """

    shards: Shards
    folder: Path
    model: str
    model_config: str = ""
    batch_size: int = 64
    processes: int = 1
    workers: int = 4
    epochs: int = 32
    samples_seen: float | None = None
    device: str = "cuda"
    options: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise ValueError, saying what would be right.

        Exit with code 2 if an option is unknown.
        """
        import open_clip

        for name in ("batch_size", "processes", "workers", "epochs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 at least, not {getattr(self, name)}")
        if self.samples_seen is not None and not self.samples_seen >= self.epochs:
            raise ValueError(f"{self.samples_seen} samples can't make {self.epochs} checkpoints")
        if self.model_config:
            if not Path(self.model_config).is_file():
                raise ValueError(f"{self.model_config}: there is no such file")
            open_clip.add_model_config(self.model_config)
        check_architecture(self.model)
        self._check_options()

    def _check_options(self) -> None:
        """Refuse options that contradict the settings, as the record would then be wrong."""
        from open_clip_train.params import parse_args  # type: ignore[import-untyped]

        ours, both = (vars(parse_args(a)) for a in (self._own(), self.arguments()))
        fixed = {name.removeprefix("--").replace("-", "_") for name in self._own()[::2]}
        fixed |= {"train_num_samples", "dataset_resampled", "accum_freq", "resume"}
        for name in sorted(fixed & ours.keys() - {"warmup", "precision"}):
            if ours[name] != both[name]:
                raise ValueError(
                    f"--{name.replace('_', '-')} in --open-clip is what train itself decides"
                )

    @property
    def loaders(self) -> int:
        """Return the number of loaders per process. Raises ValueError if shards are too few."""
        if self.samples_seen is not None:
            return self.workers
        return self.shards.workers(self.processes, self.batch_size, self.workers)

    @property
    def samples(self) -> int:
        """Return the number of samples that are really seen between two checkpoints."""
        pairs = ceil((self.samples_seen or self.shards.pairs * self.epochs) / self.epochs)
        return samples_per_epoch(pairs, self.batch_size, self.processes, self.loaders)

    def arguments(self) -> list[str]:
        """Return open_clip's command-line arguments."""
        several = ["--local-loss", "--gather-with-grad"] if self.processes > 1 else []
        drawn = ["--dataset-resampled"] if self.samples_seen is not None else []
        return [*self._own(), *several, *drawn, *self.options]

    def _own(self) -> list[str]:
        steps = self.samples // (self.batch_size * self.processes) * self.epochs
        settings = {
            "model": self.model,
            "train-data": self.shards.urls(),
            "dataset-type": "webdataset",
            "train-num-samples": self.samples,
            "batch-size": self.batch_size,
            "workers": self.loaders,
            "epochs": self.epochs,
            "warmup": min(WARMUP, int(steps * WARMUP_SHARE)),
            "logs": self.folder.resolve().parent,
            "name": self.folder.resolve().name,
            "resume": "latest",  # a rerun resumes after the last checkpoint
            "device": self.device,
        }
        if self.device == "cpu":
            settings["precision"] = "fp32"  # open_clip's default is for GPUs
        return [word for name, value in settings.items() for word in (f"--{name}", str(value))]

    def record(self) -> TrainingRecord:
        """Return the record of the run, which evaluate reads."""
        config = str(Path(self.model_config).resolve()) if self.model_config else ""
        return TrainingRecord(
            self.model,
            config,
            self.shards.folder,
            self.samples,
            self.epochs,
            tuple(self.arguments()),
        )
