import gzip
import io
import json

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from tests.synthetic_web.members import readable_pages

FOLDERS = ("warc", "robotstxt", "crawldiagnostics")


def test_paths_files_list_every_archive(tiny):
    for kind, count in (("warc", 3), ("wat", 3)):
        paths = gzip.decompress((tiny / f"{kind}.paths.gz").read_bytes()).decode().split()

        assert paths == sorted(str(p.relative_to(tiny)) for p in (tiny / kind).iterdir())
        assert len(paths) == count


def test_each_record_is_a_member_of_its_own_and_requests_come_first(tiny):
    for path in _whole(tiny):
        types = [record.rec_type for record in ArchiveIterator(io.BytesIO(path.read_bytes()))]
        members = path.read_bytes().count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00")

        assert types[0] == "warcinfo"
        assert types[1:] == ["request", "response"] * (len(types) // 2)
        assert members == len(types)


def test_record_ids_are_distinct_over_all_archives(tiny):
    ids = [
        record.rec_headers.get_header("WARC-Record-ID")
        for path in [*_whole(tiny), *(tiny / "wat").iterdir()]
        for record in ArchiveIterator(io.BytesIO(path.read_bytes()))
    ]

    assert len(set(ids)) == len(ids)


def test_warcio_and_fastwarc_find_the_same_pages_and_digests_hold(tiny):
    for path in _whole(tiny):
        data = path.read_bytes()
        ours = {
            record.rec_headers.get_header("WARC-Target-URI"): record.raw_stream.read()
            for record in ArchiveIterator(io.BytesIO(data), check_digests="raise")
            if record.rec_type == "response"
        }
        theirs = FastIterator(io.BytesIO(data), record_types=WarcRecordType.response)
        bodies = {record.headers["WARC-Target-URI"]: record.reader.read() for record in theirs}

        assert bodies == ours
        assert ours


def test_pages_are_200_and_everything_else_lies_apart(tiny, rows):
    statuses = {
        folder: {
            record.http_headers.get_statuscode()
            for path in sorted((tiny / folder).iterdir())[:1]
            for record in ArchiveIterator(io.BytesIO(path.read_bytes()))
            if record.rec_type == "response"
        }
        for folder in FOLDERS
    }

    assert statuses["warc"] == {"200"}
    assert statuses["robotstxt"] == {"200", "404"}
    assert statuses["crawldiagnostics"] == {"301", "404", "500"}


def test_flipped_bytes_cost_one_page_and_a_cut_one_more(tiny, rows):
    lost = {row["page_url"]: row["warc_file"] for row in rows if row["in_damaged_record"]}
    there = {row["page_url"]: row["warc_file"] for row in rows}
    _, flipped, cut = sorted(set(there.values()))

    assert sorted(lost.values()) == [flipped, cut]
    for file in (flipped, cut):
        found = {url for url, _ in readable_pages(tiny / file)}
        of_file = {url for url, path in there.items() if path == file}
        assert of_file - found == {url for url, path in lost.items() if path == file}


@pytest.mark.parametrize("kind", ["clean", "base_href"])
def test_wat_files_tell_of_the_pictures(tiny, rows, kind):
    links = {}
    for path in (tiny / "wat").iterdir():
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            if record.rec_type == "metadata":
                envelope = json.loads(record.content_stream().read())["Envelope"]
                url = envelope["WARC-Header-Metadata"].get("WARC-Target-URI")
                http = envelope["Payload-Metadata"].get("HTTP-Response-Metadata")
                if http:
                    links[url] = http["HTML-Metadata"]

    assert set(links) == {row["page_url"] for row in rows}
    checked = 0
    for row in rows:
        if row["kind"] == ([] if kind == "clean" else [kind]):
            head, found = links[row["page_url"]]["Head"], links[row["page_url"]]["Links"]
            assert ("Base" in head) == (kind == "base_href")
            alts = {link.get("alt") for link in found if link["path"] == "IMG@/src"}
            assert row["text"] in alts
            checked += 1
    assert checked


def test_a_wat_record_says_where_its_warc_record_lies(tiny):
    warc, wat = (sorted((tiny / kind).iterdir())[0] for kind in ("warc", "wat"))
    data = warc.read_bytes()
    for record in ArchiveIterator(io.BytesIO(wat.read_bytes())):
        if record.rec_type == "metadata":
            described = json.loads(record.content_stream().read())
            start = int(described["Container"]["Offset"])
            size = int(described["Container"]["Gzip-Metadata"]["Deflate-Length"])
            header = gzip.decompress(data[start : start + size]).split(b"\r\n\r\n")[0].decode()
            record_id = described["Envelope"]["WARC-Header-Metadata"]["WARC-Record-ID"]
            assert record_id in header
            assert record.rec_headers.get_header("WARC-Refers-To") == record_id


def _whole(tiny):
    """The archives that are not damaged."""
    return [sorted((tiny / folder).iterdir())[0] for folder in FOLDERS]
