"""The records of a WARC file, however they are framed."""

from crawl2clip.extract.archives.gzip_members import GAP, Member, regular_page
from crawl2clip.extract.archives.page import Found
from crawl2clip.extract.archives.record_headers import OddError
from crawl2clip.extract.archives.record_page import Record, page_of_record
from crawl2clip.extract.archives.warc_head import WarcHeads


class WarcKind(WarcHeads):
    """The records of a WARC file."""

    def page(self, record: Record, max_bytes: int) -> Found | None:
        """The page in the record, None if it is none that we want."""
        size = len(record.head) + record.size + len(GAP)
        member = Member(0, 0, b"".join((record.head, record.block, GAP)), size)
        try:
            page = regular_page(member, max_bytes)
        except OddError:
            return page_of_record(record, max_bytes)
        return page and page._replace(offset=record.offset, length=record.length)


WARC = WarcKind()
