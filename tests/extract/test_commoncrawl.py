"""A few files of a crawl: which, and how the list that names them reads."""

import gzip
from pathlib import Path

import pytest

from crawl2clip.extract.archives.commoncrawl import check_name, choose, pick
from crawl2clip.io import manifest
from tests.extract.servers import Server, serving

LINES = [f"crawl-data/CC-MAIN-2026-05/segments/{n % 100}/warc/{n:05}.warc.gz" for n in range(1000)]


@pytest.mark.parametrize(
    "name",
    ["CC-MAIN-2026-05", "CC-MAIN-2013-20", "CC-MAIN-2012", "CC-MAIN-2009-2010", "CC-NEWS/2026/05"],
)
def test_names_of_crawls(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cc-main-2026-05", r"did you mean CC-MAIN-2026-05\?"),
        ("CC-MAIN-2026-5", "CC-MAIN-2026-05 .year and week, two digits."),
        ("2026-05", "called CC-MAIN-2026-05"),
        ("CC-NEWS", "CC-NEWS/2026/05"),
        ("", "get-started lists the crawls"),
        ("CC-MAIN-2026-05/../x", "called CC-MAIN-2026-05"),
        ("CC-MAIN-2026-05\n", "called CC-MAIN-2026-05"),
    ],
)
def test_what_is_no_name_is_refused_with_one_that_is(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        check_name(name)


def test_picks_so_many_different_lines() -> None:
    chosen = pick(LINES, 10, 0)

    assert len(set(chosen)) == 10
    assert set(chosen) <= set(LINES)
    assert sorted(pick([*LINES, *LINES], 1000, 0)) == sorted(LINES)


def test_the_ten_are_the_first_of_the_twenty_in_whatever_order_the_lines_come() -> None:
    assert pick(LINES, 20, 7)[:10] == pick(LINES, 10, 7) == pick(LINES[::-1], 10, 7)


def test_another_seed_picks_others() -> None:
    assert len(set(pick(LINES, 10, 0)) & set(pick(LINES, 10, 1))) < 3


def test_the_same_files_are_picked_from_a_bucket_and_from_a_web_server() -> None:
    by_web = [f"https://data.commoncrawl.org/{line}" for line in LINES]
    by_s3 = [f"s3://commoncrawl/{line}" for line in LINES]

    names = pick(LINES, 10, 3)
    assert pick(by_web, 10, 3) == [f"https://data.commoncrawl.org/{name}" for name in names]
    assert pick(by_s3, 10, 3) == [f"s3://commoncrawl/{name}" for name in names]


def test_every_line_is_picked_as_often_as_the_others() -> None:
    """Of 1,000 draws of 10 out of 100 each is in 100, give or take 10."""
    lines = LINES[:100]
    draws = [line for seed in range(1000) for line in pick(lines, 10, seed)]

    assert all(60 < draws.count(line) < 140 for line in lines)


@pytest.mark.parametrize(
    ("files", "message"),
    [(0, "1 or more, not 0"), (-1, "not -1"), (1001, "1,000 files, and 1,001 were asked for")],
)
def test_too_few_and_too_many_are_refused(files: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pick(LINES, files, 0)


def published(web: Server) -> str:
    """Common Crawl's list on a server, as the address with {crawl} in it."""
    data = gzip.compress("\n".join(LINES).encode())
    web.files["/crawl-data/CC-MAIN-2026-05/warc.paths.gz"] = data
    return f"{web.url}/crawl-data/{{crawl}}/warc.paths.gz"


def test_writes_a_list_with_full_addresses(tmp_path: Path) -> None:
    with serving() as web:
        to = choose("CC-MAIN-2026-05", 10, 4, published(web), to=f"{tmp_path}/some.paths")

    text = (tmp_path / "some.paths").read_text()
    expected = [f"{web.url}/{line}" for line in pick(LINES, 10, 4)]
    assert to == f"{tmp_path}/some.paths"
    assert text.splitlines()[0].startswith("# 10 of 1,000 files of CC-MAIN-2026-05, seed 4, from ")
    assert manifest.paths(to) == text.splitlines()[1:] == expected
    assert [path.name for path in tmp_path.iterdir()] == ["some.paths"]


def test_the_paths_may_start_elsewhere_and_the_list_has_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.paths").write_text("\n".join(LINES))

    to = choose("CC-MAIN-2026-05", 3, paths="all.paths", base="s3://commoncrawl/")

    assert to == "CC-MAIN-2026-05-3-of-seed-0.paths"
    expected = [f"s3://commoncrawl/{line}" for line in pick(LINES, 3, 0)]
    assert (tmp_path / to).read_text().splitlines()[1:] == expected


def test_a_crawl_that_is_not_published_is_refused(tmp_path: Path) -> None:
    with serving() as web, pytest.raises(ValueError, match=r"is CC-MAIN-2026-06 published\?"):
        choose("CC-MAIN-2026-06", 10, paths=published(web), to=f"{tmp_path}/some.paths")
    assert list(tmp_path.iterdir()) == []
