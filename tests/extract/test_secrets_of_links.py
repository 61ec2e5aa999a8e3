"""No column holds the user or the password of a link, nor, if one wants, what signs it."""

import io

import pytest

from crawl2clip.extract.limits.read_settings import Settings, from_options, options
from crawl2clip.extract.rows import pair_rows as python_rows
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_file, uid_of
from tests.extract import wat_files
from tests.extract.archives import record

BODY = """<base href="https://u:SECRET@h.example/p/"><link rel=license href="//SECRET@l.example/by">
<img src="https://u:SECRET@i.example/a@b.jpg" alt=one>
<img srcset="//SECRET@i.example/1.jpg 1x, https:\\\\u:SECRET@i.example/2.jpg 2x" alt=two>
<img src="c@2x.jpg" alt=three>
<img src="https://u:SECRET@[oops/x" alt=four>
<img src="ht&#10;tp://u:SECRET@i.example/d.jpg" alt=five>
"""
SIGNED = """<base href="https://h.example/p?X-Amz-Signature=SECRET">
<link rel=license href="/by?token=SECRET">
<img src="a.jpg?w=1&X-Amz-Sig&#9;nature=SECRET&X-Amz-Date=1" alt=one>
<img srcset="b.jpg?sig=SECRET&sv=1 1x, b.jpg?sig=SECRET&sv=2&w=9 2x" alt=two>
<img src="" srcset="#c 1x" alt=three>
<img src="http://[oops?token=SECRET" alt=four>
"""


@pytest.fixture(params=["c", "python"])
def made_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setattr(python_rows, "is_built", lambda: False)
    return str(request.param)


def rows(data: bytes, settings: Settings = Settings()) -> list[Row]:  # noqa: B008  frozen
    return list(pairs_in_file("a.warc.gz", io.BytesIO(data), settings))


def test_addresses_of_pages_and_images_lose_user_and_password(made_by: str) -> None:
    found = rows(record(BODY, url="https://u:SECRET@page.example/x@y"))

    assert "SECRET" not in repr(found)
    assert {row.page_url for row in found} == {"https://page.example/x@y"}
    assert {row.licence for row in found} == {"https://l.example/by"}
    assert [(row.url, row.url_raw) for row in found] == [
        ("https://i.example/a@b.jpg", "https://i.example/a@b.jpg"),
        ("https://i.example/2.jpg", "https:\\\\i.example/2.jpg"),
        ("https://h.example/p/c@2x.jpg", "c@2x.jpg"),
        (None, "https://[oops/x"),
        ("http://i.example/d.jpg", "http://i.example/d.jpg"),
    ]
    assert found[3].problem == "bad url: https://[oops/x"
    assert found[0].uid == uid_of("https://i.example/a@b.jpg", "one")


def test_a_page_with_a_problem_loses_them_too() -> None:
    page = record("<p>long", url="http://u:SECRET@h/x?token=SECRET")

    [row] = rows(page, Settings(max_page_bytes=1, signed_urls="strip"))

    assert (row.problem or "").startswith("page too large")
    assert row.page_url == "http://h/x"


def test_signatures_stay_unless_one_wants_them_stripped(made_by: str) -> None:
    data = record(SIGNED, url="https://h.example/page?token=SECRET&id=1")

    kept, stripped = rows(data), rows(data, Settings(signed_urls="strip"))

    assert repr(kept).count("SECRET") > 9
    assert "SECRET" not in repr(stripped)
    assert [row.url for row in stripped] == [
        "https://h.example/a.jpg?w=1",
        "https://h.example/b.jpg?w=9",
        "https://h.example/p#c",
        None,
    ]
    assert stripped[0].uid == uid_of("https://h.example/a.jpg?w=1", "one")
    assert {row.page_url for row in stripped} == {"https://h.example/page?id=1"}


def test_a_wat_file_gives_the_same() -> None:
    link = wat_files.image("https://u:SECRET@i.example/a.jpg?token=SECRET&w=1")
    described = wat_files.page(link, warc="https://u:SECRET@h/x.warc.gz?sig=SECRET")

    [row] = wat_files.rows(wat_files.wat(described), Settings(signed_urls="strip"))

    assert "SECRET" not in repr(row)
    assert (row.url, row.warc_file) == ("https://i.example/a.jpg?w=1", "https://h/x.warc.gz")


def test_the_data_source_takes_the_setting_as_a_text() -> None:
    assert from_options(options(Settings(signed_urls="strip"))) == Settings(signed_urls="strip")
    with pytest.raises(ValueError, match="keep or strip"):
        from_options({"signed_urls": "maybe"})
