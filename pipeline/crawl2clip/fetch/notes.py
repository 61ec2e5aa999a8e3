"""What is worth knowing of an image's own bytes, which are gone once it is resized."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import NamedTuple

from crawl2clip.fetch.image_parts import parts
from crawl2clip.fetch.resize import GuardedResizer, Resized


class Note(NamedTuple):
    """Hashes in hex, by which others list images; size; format by the name that Pillow has."""

    sha1: str
    md5: str
    original_bytes: int
    original_format: str | None


@dataclass(frozen=True)
class NotingResizer:
    """A resizer that keeps a note of each image it resized, by the SHA-256 of its bytes.

    img2dataset tells a resizer no address, and its writer no bytes; both know that hash.
    """

    resizer: GuardedResizer
    notes: dict[str, Note] = field(default_factory=dict)

    def __call__(self, stream: io.BytesIO, boxes: None = None) -> Resized:
        resized = self.resizer(stream, boxes)
        if resized[0] is not None:
            data = stream.getvalue()
            self.notes[hashlib.sha256(data).hexdigest()] = _note(data)
        return resized


def _note(data: bytes) -> Note:
    found = parts(data)
    kind = found.format if found else None
    return Note(hashlib.sha1(data).hexdigest(), hashlib.md5(data).hexdigest(), len(data), kind)
