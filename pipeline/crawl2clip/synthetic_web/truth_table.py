"""Write the truth about every expected pair: one row each, in `truth.parquet`."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.synthetic_web.expected_pairs import ExpectedPair
from crawl2clip.synthetic_web.image_store import Fetched
from crawl2clip.synthetic_web.pages import Page
from crawl2clip.synthetic_web.site import Site

SCHEMA = pa.schema([
    ("url", pa.string()),
    ("text", pa.string()),
    ("text_source", pa.string()),
    ("page_url", pa.string()),
    ("lang", pa.string()),
    ("scene_id", pa.string()),
    ("is_true", pa.bool_()),
    ("kind", pa.list_(pa.string())),
    ("found_in", pa.string()),
    ("outcome", pa.string()),
    ("duplicate_of", pa.string()),
    ("duplicate_kind", pa.string()),
    ("is_evaluation", pa.bool_()),
    ("opt_out", pa.list_(pa.string())),
    ("charset", pa.string()),
    ("width", pa.int32()),
    ("height", pa.int32()),
    ("sha256", pa.string()),
    ("warc_file", pa.string()),
    ("in_damaged_record", pa.bool_()),
])  # fmt: skip


def write_truth(
    path: Path, site: Site, fetched: dict[str, Fetched], warcs: dict[str, str], lost: set[str]
) -> pa.Table:
    """Write the rows in the order of the crawl.

    warcs: by page URL, the archive that holds it. lost: the pages in damaged records.
    """
    rows = [
        _row(offer, page_url, page, fetched)
        | {"warc_file": warcs[page_url], "in_damaged_record": page_url in lost}
        for page_url, page in site.pages.items()
        for offer in site.offers[page_url]
    ]
    table = pa.Table.from_pylist(rows, SCHEMA)
    pq.write_table(table, path, compression="zstd")
    return table


def _row(
    offer: ExpectedPair, page_url: str, page: Page, fetched: dict[str, Fetched]
) -> dict[str, object]:
    there = fetched[offer.url] if offer.url else Fetched("")
    opt_out = [*page.opt_out, *there.opt_out]
    return {
        "url": offer.url,
        "text": offer.text,
        "text_source": offer.text_source,
        "page_url": page_url,
        "lang": offer.lang if offer.text else None,
        "scene_id": there.scene_id,
        "is_true": offer.is_true and bool(offer.text),
        "kind": [*offer.kind, *([page.kind] if page.kind else [])],
        "found_in": offer.found_in,
        "outcome": there.outcome or None,
        "duplicate_of": there.duplicate_of,
        "duplicate_kind": there.duplicate_kind,
        "is_evaluation": there.is_evaluation,
        "opt_out": opt_out or None,
        "charset": page.charset,
        "width": there.width,
        "height": there.height,
        "sha256": there.sha256,
    }
