"""A slow, sure way round the damage: each gzip member of an archive tried alone."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def readable_pages(path: Path) -> Iterator[tuple[str, bytes]]:
    """URL and HTML of each response whose member inflates to its end."""
    data = path.read_bytes()
    starts = [at for at in range(len(data)) if data.startswith(_HEADER, at)]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        try:
            inflated = gzip.decompress(data[start:end])
        except (OSError, EOFError, zlib.error):
            continue
        record = next(ArchiveIterator(io.BytesIO(inflated)))
        if record.rec_type == "response":
            yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()
