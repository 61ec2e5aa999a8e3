"""Read evaluation sets: folders of images, or of tars in the WebDataset format."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

IMAGES = ("jpg", "jpeg", "png", "webp", "gif", "bmp")

# The names that the CLIP benchmark and DataComp give these files.
CLASSNAMES = "classnames.txt"
TEMPLATES = "zeroshot_classification_templates.txt"


class Sample(NamedTuple):
    """An encoded image with its class or captions. name: its path, for messages.

    label: index of its class. captions: several may be true. Exactly one of the two is given.
    """

    name: str
    image: bytes
    label: int | None = None
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvaluationSet:
    """A set for classification if it has class names, else for retrieval.

    The folder holds either tars, anywhere below it, whose samples are an image and `.cls` (index of
    the class, from 0) or `.txt` (captions, one per line); or a folder of images for each class; or
    images, each with its `.txt` beside it. `classnames.txt` has one name per line, in the order of
    the indices or of the sorted folders, whose names are used without it.
    `zeroshot_classification_templates.txt` has one prompt per line, with {c} or {} for the class.
    """

    folder: Path
    classnames: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    tars: tuple[Path, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, folder: Path) -> EvaluationSet:
        """Open the set in a folder. Raises ValueError if the folder does not exist or is empty."""
        if not folder.is_dir():
            raise ValueError(f"{folder}: an evaluation set is a folder, and there is none")
        tars = tuple(sorted(folder.rglob("*.tar")))
        names = _lines(folder / CLASSNAMES)
        if not tars:
            names = _named(folder, names)
        return cls(folder, names, _lines(folder / TEMPLATES), tars)

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def task(self) -> str:
        """Return the task's name in the published table."""
        return "zeroshot_classification" if self.classnames else "zeroshot_retrieval"

    def samples(self) -> Iterator[Sample]:
        """Yield all samples in the order of their names.

        Raises ValueError for an incomplete one.
        """
        found = _of_tars(self.tars) if self.tars else _of_folder(self.folder, bool(self.classnames))
        for sample in found:
            self._refuse(sample)
            yield sample

    def _refuse(self, sample: Sample) -> None:
        if not self.classnames and not sample.captions:
            raise ValueError(f"{sample.name} has no caption; {CLASSNAMES} would say it has a class")
        if self.classnames and sample.label not in range(len(self.classnames)):
            most = len(self.classnames) - 1
            raise ValueError(f"{sample.name}: its class must be 0 to {most}, not {sample.label}")


def _lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a file that are not blank; none if it does not exist."""
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def _named(folder: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    classes = tuple(path.name for path in _classes(folder))
    if names and len(names) != len(classes):
        raise ValueError(f"{folder / CLASSNAMES}: {len(names)} names, {len(classes)} folders")
    return names or classes


def _classes(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _of_folder(folder: Path, classes: bool) -> Iterator[Sample]:
    if classes:
        for label, home in enumerate(_classes(folder)):
            for path in _images(home):
                yield Sample(str(path), path.read_bytes(), label)
    else:
        for path in _images(folder):
            yield Sample(str(path), path.read_bytes(), None, _lines(path.with_suffix(".txt")))


def _images(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower().lstrip(".") in IMAGES)


def _of_tars(tars: Iterable[Path]) -> Iterator[Sample]:
    for path in tars:
        with tarfile.open(path) as tar:
            for key, members in groupby(_members(tar), key=lambda member: member[0]):
                sample = _sample(f"{path}: {key}", {suffix: data for _, suffix, data in members})
                if sample:
                    yield sample


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, str, bytes]]:
    """Yield key, extension and content.

    WebDataset takes all after the first dot as the extension.
    """
    for member in tar:
        file = tar.extractfile(member)
        if file is not None:
            home, slash, base = member.name.rpartition("/")
            stem, _, suffix = base.partition(".")
            yield home + slash + stem, suffix.lower(), file.read()


def _sample(name: str, parts: Mapping[str, bytes]) -> Sample | None:
    image = next((parts[suffix] for suffix in IMAGES if suffix in parts), None)
    if image is None:
        return None
    lines = parts.get("txt", b"").decode("utf-8").splitlines()
    captions = tuple(line.strip() for line in lines if line.strip())
    return Sample(name, image, _number(parts.get("cls")), captions)


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits is not None and digits.strip().isdigit() else None
