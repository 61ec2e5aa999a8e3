import io
from urllib.parse import urljoin

import ada_url
import pytest
from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator

from crawl2clip.synthetic_web import charsets
from crawl2clip.synthetic_web.broken_html import broken_img
from crawl2clip.synthetic_web.expected_pairs import Placed
from crawl2clip.synthetic_web.links import many_entities, written
from crawl2clip.synthetic_web.markup import markup
from crawl2clip.synthetic_web.rng import rng
from tests.synthetic_web.members import readable_pages

HERE = "http://127.0.0.2:8765/blog/2025/07/post-1/"


def test_every_way_to_write_a_link_leads_to_the_same_address():
    urls = (
        "http://127.0.0.2:8765/img/1.jpg",
        "http://127.0.0.2:8765/blog/2025/07/post-1/2.jpg",
        "http://127.0.0.2:8765/img/resize.php?file=1.jpg&w=300&copy=2",
        "http://127.0.0.3:8765/img/1.jpg",
    )
    for base in (HERE, "http://127.0.0.2:8765/page1.html", "http://127.0.0.2:8765/blog/x.html"):
        for url in urls:
            forms = {written(url, base, rng(base, url, i)) for i in range(60)}
            assert {urljoin(base, form) for form in forms} == {url}
            assert {ada_url.join_url(base, form) for form in forms} == {url}
            assert len(forms) >= (2 if ".3:" in url else 4)


def test_bad_html_gives_the_picture_and_text_that_it_says_it_gives():
    seen = set()
    for number in range(200):
        src = f"/img/{number:05d}.jpg"
        html, text = broken_img(src, 'Three "red" circles & a square')
        images = LexborHTMLParser(f"<body>{html}<p>after</p>").css("img")
        assert [(i.attributes["src"], i.attributes["alt"]) for i in images] == [(src, text)], html
        seen.add(html.replace(src, ""))
    assert len(seen) == 11


def test_a_text_cut_short_by_bad_html_is_no_longer_true():
    for number in range(100):
        placed = Placed(f"/{number}.jpg", "three red circles", "en", True, "broken_html")
        _, (offer,) = markup(placed, lambda url: url)
        assert offer.is_true == (offer.text == "three red circles")


@pytest.mark.parametrize("text", ['Größe & "maß" d\'été', "三つの赤い星", "a b"])
def test_entities_spell_the_same_text(text):
    node = LexborHTMLParser(f'<img alt="{many_entities(text)}">').css_first("img")

    assert " ".join(node.attributes["alt"].split()) == text


def test_lazy_srcset_and_source_links_stand_on_the_pages(tiny, rows):
    selectors = {
        "lazy": ("img", "data-src"),
        "srcset": ("img", "srcset"),
        "picture": ("picture > source", "srcset"),
        "noscript": ("noscript img", "src"),
    }
    pages = {url: html for path in (tiny / "warc").iterdir() for url, html in readable_pages(path)}
    checked = set()
    for row in rows:
        if row["found_in"] in selectors and row["page_url"] in pages:
            tree = LexborHTMLParser(pages[row["page_url"]])
            selector, attribute = selectors[row["found_in"]]
            base = tree.css_first("base[href]")
            links = {
                ada_url.join_url(
                    base.attributes["href"] if base else row["page_url"], part.split()[0]
                )
                for node in tree.css(selector)
                for part in (node.attributes.get(attribute) or "").split(",")
                if part
            }
            assert row["url"] in links
            checked.add(row["found_in"])
    assert checked == set(selectors)


def test_pages_declare_their_charset_where_planted(tiny, rows):
    charsets = {row["page_url"]: (row["charset"], row["kind"]) for row in rows}
    checked = set()
    for path in sorted((tiny / "warc").iterdir())[:1]:  # the archive that is whole
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            if record.rec_type == "response":
                charset, kinds = charsets[record.rec_headers.get_header("WARC-Target-URI")]
                header = record.http_headers.get_header("Content-Type")
                _check(charset, kinds, header, record.content_stream().read())
                checked.update(kinds)
    assert [kind for kind in checked if kind.startswith("charset")]


def test_a_meta_element_declares_the_charset_or_lies_about_it_only_where_planted():
    declared = {charsets.meta("charset_by_meta", "koi8-r", nth) for nth in range(4)}
    assert len(declared) == 2
    assert all("koi8-r" in meta and meta.lower().startswith("<meta ") for meta in declared)
    assert charsets.meta("", "koi8-r", 0) == charsets.meta("charset_undeclared", "utf-8", 1) == ""
    assert charsets.meta("charset_conflict", "koi8-r", 0) == '<meta charset="utf-8">'
    assert charsets.meta("charset_conflict", "utf-8", 0) == '<meta charset="iso-8859-1">'


def _check(charset: str, kinds: list[str], header: str, html: bytes) -> None:
    silent = {"charset_by_meta", "charset_by_bom", "charset_undeclared"} & set(kinds)
    assert header == ("text/html" if silent else f"text/html; charset={charset}")
    assert html.startswith(b"\xef\xbb\xbf") == ("charset_by_bom" in kinds)
    declared = f"charset={charset}".encode() in html or f'charset="{charset}"'.encode() in html
    assert declared == ("charset_by_meta" in kinds)
    assert (b"<meta charset=" in html) >= ("charset_conflict" in kinds)
