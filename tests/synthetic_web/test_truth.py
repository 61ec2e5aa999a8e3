import io
from collections import Counter, defaultdict

import ada_url
import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from crawl2clip.synthetic_web.encoding import sha256
from crawl2clip.synthetic_web.web import answers
from tests.synthetic_web.members import readable_pages


@pytest.fixture(scope="module")
def pages(tiny, table):
    """The HTML of each page that can be read, decoded as the truth says."""
    charsets = dict(zip(table["page_url"].to_pylist(), table["charset"].to_pylist(), strict=True))
    return {
        url: html.decode(charsets[url], "replace").removeprefix("\ufeff")
        for path in (tiny / "warc").iterdir()
        for url, html in readable_pages(path)
    }


def test_img_alts_of_all_undamaged_pages_are_those_of_the_truth(pages, rows):
    lost = {row["page_url"] for row in rows if row["in_damaged_record"]}
    wanted = defaultdict(set)
    for row in rows:
        in_img = row["text_source"] == "alt" and row["found_in"] in ("src", "noscript")
        if in_img and row["url"] and row["text"]:
            wanted[row["page_url"]].add((row["url"], row["text"]))

    found = {url: _pairs(html, url) for url, html in pages.items() if url not in lost}

    assert len(found) >= 10
    assert found == {url: wanted[url] for url in found}


def test_titles_and_figcaptions_stand_on_the_pages(pages, rows):
    for row in rows:
        if (
            row["text_source"] != "alt"
            and row["page_url"] in pages
            and not row["in_damaged_record"]
        ):
            tree = LexborHTMLParser(pages[row["page_url"]])
            if row["text_source"] == "title":
                texts = [node.attributes["title"] for node in tree.css("img[title]")]
            else:
                texts = [" ".join(node.text().split()) for node in tree.css("figure > figcaption")]
            assert row["text"] in texts


def test_no_pair_stands_twice_on_a_page(rows):
    counts = Counter(
        (row["page_url"], row["url"], row["text"], row["text_source"]) for row in rows if row["url"]
    )

    assert counts.most_common(1)[0][1] == 1


def test_pictures_are_what_the_truth_says_they_are(tiny, rows):
    there = {f"http://{a.host}:{_port(rows)}{a.target}": a for a in answers(tiny / "web")}
    checked = 0
    for row in rows:
        if row["outcome"] == "ok":
            data = (tiny / "web" / there[row["url"]].body).read_bytes()
            size = Image.open(io.BytesIO(data)).size
            assert (sha256(data), *size) == (row["sha256"], row["width"], row["height"])
            checked += 1
    assert checked > 100


def test_copies_point_to_a_picture_of_the_same_scene(tiny, rows):
    by_url = {row["url"]: row for row in rows}
    for row in rows:
        kind, of = row["duplicate_kind"], row["duplicate_of"]
        assert (kind is None) == (of is None)
        if row["is_evaluation"]:
            assert of.startswith("evaluation/") and (tiny / of).exists()
        elif of is not None:
            assert by_url[of]["scene_id"] == row["scene_id"]
            assert (by_url[of]["sha256"] == row["sha256"]) == (kind == "exact")


def test_one_boilerplate_text_and_one_picture_are_far_over_any_limit(rows):
    pictures, texts = defaultdict(set), defaultdict(set)
    for row in rows:
        if row["url"] and row["text"]:
            pictures[row["text"]].add(row["url"])
            texts[row["url"]].add(row["text"])

    assert len(pictures["image"]) > 10
    assert max(len(found) for found in texts.values()) > 40


def test_short_long_and_odd_texts_and_sizes_are_so(rows):
    words = defaultdict(list)
    for row in rows:
        for kind in row["kind"]:
            words[kind].append(len((row["text"] or "").split()))
    assert set(words["too_short"]) <= {1, 2}
    assert min(words["too_long"]) > 20
    sizes = {row["kind"][0]: (row["width"], row["height"]) for row in rows if row["kind"]}
    assert sizes["pixel"] == (1, 1)
    assert sizes["tiny"] == (50, 50)
    assert sizes["wide"][0] / sizes["wide"][1] > 3


def test_only_texts_that_describe_a_picture_that_comes_are_true(rows):
    false = {"mismatched", "boilerplate", "rare_tokens", "placeholder", "pixel", "http_404",
             "http_500", "not_an_image", "refused", "redirect_loop", "bomb", "oversized",
             "bad_url", "no_alt"}  # fmt: skip
    for row in rows:
        if false & set(row["kind"]):
            assert not row["is_true"], row
        elif "broken_html" not in row["kind"] and row["url"] and row["text"]:
            assert row["is_true"] == (row["outcome"] != "truncated"), row


def test_eleven_languages_and_six_charsets_or_more_are_there(rows):
    langs = Counter(row["lang"] for row in rows if row["lang"])

    assert set(langs) == {"en", "de", "fr", "es", "pt", "ru", "el", "ja", "zh", "ar", "hi"}
    assert 0.35 < langs["en"] / sum(langs.values()) < 0.65
    assert len({row["charset"] for row in rows}) >= 6


def _pairs(html: str, page_url: str) -> set[tuple[str, str]]:
    """What a plain reading of the page finds: every img with a link and words."""
    tree = LexborHTMLParser(html)
    base = tree.css_first("base[href]")
    base_url = base.attributes["href"] if base else page_url
    pairs = set()
    for node in tree.css("img"):
        text = " ".join((node.attributes.get("alt") or "").split())
        src = node.attributes.get("src")
        if text and src and ada_url.check_url(base_url):
            url = _joined(base_url, src)
            if url and url.startswith("http"):
                pairs.add((url, text))
    return pairs


def _joined(base: str, src: str) -> str | None:
    try:
        return ada_url.join_url(base, src)
    except ValueError:
        return None


def _port(rows) -> str:
    return rows[0]["page_url"].split(":")[2].split("/")[0]
