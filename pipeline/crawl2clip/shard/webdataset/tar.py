"""Write a WebDataset tar of samples (jpg, txt, json) atomically."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import fsspec

from crawl2clip.io.files import replacing, write_atomically

DIGITS = 5  # of a shard's name and, after it, of a sample's place in the shard


# What an image starts with, and the extensions that open_clip looks for.
SIGNATURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"RIFF": "webp"}


@dataclass(frozen=True)
class Shard:
    """A finished tar."""

    path: str
    pairs: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Sample:
    """A pair: encoded image, its file extension, caption, and the content of the JSON member.

    knowledge: the caption with definitions, for a member `knowledge.txt`; None for no such member.
    """

    image: bytes
    extension: str
    text: str
    info: Mapping[str, Any]
    knowledge: str | None = None


def key(shard: int, place: int) -> str:
    """Return a sample's key, in digits: WebDataset takes all after the first dot as extension."""
    return f"{shard:0{DIGITS}d}{place:0{DIGITS}d}"


def extension(image: bytes) -> str:
    """Return jpg, png or webp, by the first bytes. Raises ValueError for anything else."""
    for signature, name in SIGNATURES.items():
        if image.startswith(signature):
            return name
    raise ValueError(f"an image that starts with {image[:8]!r} is not a JPEG, PNG or WebP")


def write_sizes(sizes: Mapping[str, int], folder: str) -> None:
    """Write `sizes.json` beside the tars: {tar: samples}, as open_clip and DataComp read it."""
    content = json.dumps(dict(sizes), indent=1, sort_keys=True)
    write_atomically(f"{folder.rstrip('/')}/sizes.json", content)


def write_tar(samples: Iterable[Sample], folder: str, shard: int) -> Shard:
    """Write `<folder>/<shard>.tar` under a temporary name and rename it once complete.

    The bytes depend only on the samples and their order: no time, owner or file mode is included.
    Two attempts at the same shard may run at a time: the later one replaces an equal file.
    """
    path = f"{folder.rstrip('/')}/{shard:0{DIGITS}d}.tar"
    files, target = fsspec.url_to_fs(path)
    files.makedirs(files._parent(target), exist_ok=True)
    with replacing(path) as file:
        out = _Hashed(file)
        pairs = _write(samples, out, shard)
    return Shard(path, pairs, out.size, out.sha256.hexdigest())


def _write(samples: Iterable[Sample], out: "_Hashed", shard: int) -> int:
    place = -1
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar:  # type: ignore[call-overload]
        for place, sample in enumerate(samples):
            name = key(shard, place)
            info = json.dumps({"key": name, **sample.info}, ensure_ascii=False, sort_keys=True)
            _add(tar, f"{name}.{sample.extension}", sample.image)
            _add(tar, f"{name}.txt", sample.text.encode())
            if sample.knowledge is not None:
                _add(tar, f"{name}.knowledge.txt", sample.knowledge.encode())
            _add(tar, f"{name}.json", info.encode())
    return place + 1


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(content))


class _Hashed:
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self.file.write(data)
