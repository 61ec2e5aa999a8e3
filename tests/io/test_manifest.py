"""What the user calls the source -> the archives in it."""

import gzip
import sys
from pathlib import Path

import fsspec
import pytest

from crawl2clip.io import manifest
from crawl2clip.io.manifest import describe, paths
from tests.extract.archives import numbered
from tests.extract.servers import serving


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder with three archives, one of them deeper."""
    (tmp_path / "deep").mkdir()
    for n, name in enumerate(("b.warc.gz", "a.warc.gz", "deep/c.warc.gz")):
        (tmp_path / name).write_bytes(numbered(n))
    return tmp_path


def named(crawl: Path, *names: str) -> list[str]:
    return [str(crawl / name) for name in names]


def test_a_path_is_one_archive(crawl: Path) -> None:
    assert paths(f"{crawl}/b.warc.gz") == named(crawl, "b.warc.gz")


def test_a_glob_gives_files_by_name(crawl: Path) -> None:
    assert paths(f"{crawl}/*.warc.gz") == named(crawl, "a.warc.gz", "b.warc.gz")
    assert paths(f"{crawl}/**") == named(crawl, "a.warc.gz", "b.warc.gz", "deep/c.warc.gz")


def test_a_name_that_looks_like_a_glob_is_a_name_first(crawl: Path) -> None:
    (crawl / "x[1].warc.gz").write_bytes(numbered(1))

    assert paths(f"{crawl}/x[1].warc.gz") == named(crawl, "x[1].warc.gz")


def test_several_sources_are_joined_by_commas_and_none_is_read_twice(crawl: Path) -> None:
    source = f"{crawl}/b.warc.gz, {crawl}/*.warc.gz,"

    assert paths(source) == named(crawl, "b.warc.gz", "a.warc.gz")


def test_a_relative_path_is_made_whole(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(crawl)

    assert paths("b.warc.gz") == named(crawl, "b.warc.gz")
    assert paths("deep/*.gz") == named(crawl, "deep/c.warc.gz")
    (crawl / "list.txt").write_text("deep/c.warc.gz")
    assert paths("list.txt") == named(crawl, "deep/c.warc.gz")


LIST = """\
# two that are there
b.warc.gz
./deep/../deep/c.warc.gz   # and this

https://data.example/crawl-data/d.warc.gz
/abs/e.warc.gz
b.warc.gz
missing.warc.gz
"""


@pytest.mark.parametrize("name", ["list.txt", "warc.paths", "warc.paths.gz", "list"])
def test_a_list_holds_a_path_a_line(crawl: Path, name: str) -> None:
    data = LIST.encode()
    (crawl / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    assert paths(f"{crawl}/{name}") == [
        *named(crawl, "b.warc.gz", "deep/c.warc.gz"),
        "https://data.example/crawl-data/d.warc.gz",
        "/abs/e.warc.gz",
        *named(crawl, "missing.warc.gz"),
    ]


def test_a_list_with_windows_line_ends_and_a_byte_order_mark(crawl: Path) -> None:
    (crawl / "list.txt").write_bytes("\ufeffb.warc.gz\r\na.warc.gz\r\n".encode())

    assert paths(f"{crawl}/list.txt") == named(crawl, "b.warc.gz", "a.warc.gz")


def test_relative_paths_of_a_list_start_at_base_if_there_is_one(crawl: Path) -> None:
    (crawl / "warc.paths.gz").write_bytes(gzip.compress(b"crawl-data/x/1.warc.gz\n"))
    source = f"{crawl}/warc.paths.gz"

    assert paths(source, "s3://commoncrawl/") == ["s3://commoncrawl/crawl-data/x/1.warc.gz"]
    assert paths(source, "https://data.example") == ["https://data.example/crawl-data/x/1.warc.gz"]
    assert paths(source, "/data") == ["/data/crawl-data/x/1.warc.gz"]


def test_other_stores_work_the_same() -> None:
    store = fsspec.filesystem("memory")
    store.pipe({"/crawl/1.warc.gz": numbered(1), "/crawl/2.warc.gz": numbered(2)})
    store.pipe("/crawl/list.txt", b"2.warc.gz\n")

    both = ["memory:///crawl/1.warc.gz", "memory:///crawl/2.warc.gz"]
    assert paths("memory://crawl/*.warc.gz") == both
    assert paths("memory://crawl/1.warc.gz") == ["memory://crawl/1.warc.gz"]
    assert paths("memory://crawl/list.txt") == ["memory://crawl/2.warc.gz"]


@pytest.mark.parametrize("zipped", [True, False])
def test_an_archive_by_another_name_is_no_list(crawl: Path, zipped: bool) -> None:
    (crawl / "part-00000.open").write_bytes(numbered(1, zipped))

    assert paths(f"{crawl}/part-00000.open") == named(crawl, "part-00000.open")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "names no archive"),
        (" , ", "names no archive"),
        ("{crawl}/nothing.warc.gz", "there is no .*nothing.warc.gz"),
        ("{crawl}/b.warc.gz,{crawl}/nothing.txt", "there is no .*nothing.txt"),
        ("{crawl}/*.arc", r"no file matches .*\*.arc"),
        ("{crawl}", r"is a folder; give .*/\*.warc.gz"),
        ("{crawl}/empty.txt", "names no archive"),
        ("{crawl}/picture.png", "neither an archive nor a list of paths"),
        ("{crawl}/cut.paths.gz", "neither an archive nor a list of paths"),
        ("{crawl}/x.warc.wet.gz", "WET files hold no images"),
        ("{crawl}/X.WET", "WET files hold no images"),
        ("{crawl}/wet.paths", "WET files hold no images"),
        ("nope://crawl/b.warc.gz", "nope:// is no protocol"),
        ("{crawl}/nope.txt", "nope:// is no protocol"),
    ],
)
def test_a_source_that_cannot_be_meant_is_refused(crawl: Path, source: str, message: str) -> None:
    (crawl / "empty.txt").write_text("# nothing yet\n")
    (crawl / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (crawl / "cut.paths.gz").write_bytes(gzip.compress(LIST.encode())[:-10])
    (crawl / "x.warc.wet.gz").write_bytes(b"")
    (crawl / "wet.paths").write_text("b.warc.gz\nsegments/1.warc.wet.gz\n")
    (crawl / "nope.txt").write_text("nope://bucket/a.warc.gz\n")

    with pytest.raises(ValueError, match=message):
        paths(source.format(crawl=crawl))


def test_describe_tells_when_a_file_has_changed(crawl: Path) -> None:
    names = [*named(crawl, "b.warc.gz", "missing.warc.gz"), "memory://crawl/d"]
    fsspec.filesystem("memory").pipe("/crawl/d", b"12345")

    before = describe(names)

    assert [path for path, _, _ in before] == names
    assert [size for _, size, _ in before] == [len(numbered(0)), None, 5]
    assert [stamp is None for _, _, stamp in before] == [False, True, False]
    assert describe(names) == before
    (crawl / "b.warc.gz").write_bytes(numbered(4) + b"!")
    after = describe(names)
    assert after[0] != before[0]
    assert after[1:] == before[1:]


COMMON = "crawl-data/CC-MAIN-2026-05/segments/1/warc/0.warc.gz"


def test_paths_of_a_common_crawl_list_start_where_crawl_data_lies(crawl: Path) -> None:
    folder = crawl / "mirror" / "crawl-data" / "CC-MAIN-2026-05"
    folder.mkdir(parents=True)
    lines = f"{COMMON}\nbeside.warc.gz\n".encode()
    (folder / "warc.paths.gz").write_bytes(gzip.compress(lines))
    beside = f"{folder}/beside.warc.gz"

    assert paths(f"{folder}/warc.paths.gz") == [f"{crawl}/mirror/{COMMON}", beside]
    assert paths(f"{folder}/warc.paths.gz", "s3://commoncrawl")[0] == f"s3://commoncrawl/{COMMON}"


def test_a_common_crawl_list_is_read_from_where_it_is_published() -> None:
    name = "crawl-data/CC-MAIN-2026-05/warc.paths.gz"
    with serving() as web:
        web.files[f"/{name}"] = gzip.compress(f"{COMMON}\n".encode())

        assert paths(f"{web.url}/{name}") == [f"{web.url}/{COMMON}"]

    fsspec.filesystem("memory").pipe(f"/bucket/{name}", f"{COMMON}\n".encode())
    assert paths(f"memory://bucket/{name}") == [f"memory://bucket/{COMMON}"]


def test_a_common_crawl_list_that_was_downloaded_alone_wants_a_base(crawl: Path) -> None:
    (crawl / "warc.paths").write_text(f"{COMMON}\n")

    with pytest.raises(ValueError, match=r"with the base https://data.commoncrawl.org/ or s3://"):
        paths(f"{crawl}/warc.paths")

    (crawl / "crawl-data").mkdir()  # one that brought some files along knows what it does
    assert paths(f"{crawl}/warc.paths") == [f"{crawl}/{COMMON}"]


def test_archives_and_lists_on_the_web() -> None:
    with serving(a_warc_gz=numbered(1), signed=numbered(1), list=b"b.warc.gz\n/c.warc.gz\n") as web:
        assert paths(f"{web.url}/a.warc.gz") == [f"{web.url}/a.warc.gz"]
        assert paths(f"{web.url}/signed") == [f"{web.url}/signed"]
        assert paths(f"{web.url}/list")[0] == f"{web.url}/b.warc.gz"
        assert describe([f"{web.url}/a.warc.gz", f"{web.url}/b.warc.gz"]) == [
            (f"{web.url}/a.warc.gz", len(numbered(1)), '"1"'),
            (f"{web.url}/b.warc.gz", None, None),
        ]
        for name, message in {
            "b.warc.gz": "there is no http.*b.warc.gz",
            "*.warc.gz": "web servers don't say what files they have; give a list",
            "page": "is a web page, not a list of paths",
        }.items():
            web.files["/page"] = b"<!DOCTYPE html>\n<title>Index of /</title>\n"
            with pytest.raises(ValueError, match=message):
                paths(f"{web.url}/{name}")


def test_a_web_server_is_not_asked_about_each_file_of_a_whole_crawl(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(manifest, "_MOST_ASKED", 2)
    with serving(a=b"1", b=b"2", c=b"3") as web:
        few = [f"{web.url}/{name}" for name in "ab"]
        assert [size for _, size, _ in describe(few)] == [1, 1]
        web.asked.clear()

        assert describe([*few, f"{web.url}/c"])[2] == (f"{web.url}/c", None, None)
        assert web.asked == []


def test_a_store_whose_library_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    loaded = sys.modules["fsspec.registry"]._registry  # what was imported before
    monkeypatch.delitem(loaded, "s3", raising=False)

    with pytest.raises(ValueError, match="s3:// can't be read yet: Install s3fs"):
        paths("s3://bucket/a.warc.gz")


def test_a_comma_in_a_password_does_not_end_a_path() -> None:
    source = "a,b@c.warc.gz, https://u:p,w@h/x,y.warc.gz,simplecache::https://u:,@h/z"

    assert manifest.split(source) == [
        "a",
        "b@c.warc.gz",
        "https://u:p,w@h/x",
        "y.warc.gz",
        "simplecache::https://u:,@h/z",
    ]


def test_a_signed_list_is_beside_its_archives_whatever_its_signature_holds() -> None:
    with serving(list_paths=b"a.warc.gz", a_warc_gz=numbered(1)) as web:
        signed = "/list.paths?X-Amz-Signature=SECRET/SECRET"
        web.files[signed] = web.files["/list.paths"]

        assert paths(web.url + signed) == [f"{web.url}/a.warc.gz"]


def test_files_are_told_apart_by_more_than_their_signature() -> None:
    with serving(a_warc_gz=numbered(1)) as web:
        for signature in "bc":
            web.files[f"/a.warc.gz?sig={signature}"] = web.files["/a.warc.gz"]

        old, new = (describe([f"{web.url}/a.warc.gz?sig={signature}"]) for signature in "bc")

    assert old == new == [(f"{web.url}/a.warc.gz", len(numbered(1)), '"1"')]
