"""Write WAT files: Common Crawl's description in JSON of each record of a WARC file."""

import io
import json
import zlib
from pathlib import Path
from typing import Any

from crawl2clip.synthetic_web.crawl import Member
from crawl2clip.synthetic_web.rng import uuid
from crawl2clip.synthetic_web.wat_envelope import envelope
from crawl2clip.synthetic_web.web import warc_date

_INFO = {"software": "crawl2clip sample", "format": "WARC File Format 1.0"}


def write_wat(
    warc: Path, wat: Path, members: list[Member], charsets: dict[str, str], seed: int
) -> None:
    """Describe each record of the WARC file. charsets: of each page, by URL."""
    from warcio.warcwriter import WARCWriter

    wat.parent.mkdir(parents=True, exist_ok=True)
    data = warc.read_bytes()
    with wat.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        info = writer.create_warcinfo_record(wat.name, _INFO)
        info.rec_headers.replace_header("WARC-Record-ID", uuid(seed, wat.name, 0))
        info.rec_headers.replace_header("WARC-Date", warc_date(0))
        writer.write_record(info)
        for number, member in enumerate(members, 1):
            raw = data[member.start : member.end]
            record_id = uuid(seed, wat.name, number)
            charset = charsets.get(member.url, "utf-8")
            writer.write_record(_metadata(writer, raw, member, warc.name, charset, record_id))


def _metadata(
    writer: Any, raw: bytes, member: Member, filename: str, charset: str, record_id: str
) -> Any:
    """Return the metadata record that describes one gzip member."""
    from warcio.archiveiterator import ArchiveIterator

    record = next(ArchiveIterator(io.BytesIO(raw)))
    described = {
        "Container": _container(raw, member, filename),
        "Envelope": envelope(record, charset),
    }
    body = json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()
    refers_to = record.rec_headers.get_header("WARC-Record-ID")
    headers = {
        "WARC-Date": record.rec_headers.get_header("WARC-Date"),
        "WARC-Record-ID": record_id,
        "WARC-Refers-To": refers_to,
    }
    return writer.create_warc_record(
        member.url or filename, "metadata", io.BytesIO(body), len(body), "application/json", headers
    )


def _container(raw: bytes, member: Member, filename: str) -> dict[str, Any]:
    """Locate the record; numbers are strings and the checksum is signed, as in Common Crawl's."""
    inflated = zlib.decompress(raw, zlib.MAX_WBITS | 16)
    checksum = zlib.crc32(inflated)
    return {
        "Filename": filename,
        "Compressed": True,
        "Offset": str(member.start),
        "Gzip-Metadata": {
            "Deflate-Length": str(len(raw)),
            "Header-Length": "10",
            "Footer-Length": "8",
            "Inflated-CRC": str(checksum - (1 << 32) if checksum >> 31 else checksum),
            "Inflated-Length": str(len(inflated)),
        },
    }
