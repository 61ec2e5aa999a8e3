import pytest

from crawl2clip.io.path_lists import paths_in, whole


def test_comments_and_empty_lines_are_no_paths() -> None:
    text = "# of May\na.warc.gz\r\n\n  b.warc.gz  # the second\n#\n"

    assert paths_in(text) == ["a.warc.gz", "b.warc.gz"]


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("/crawl", "a.warc.gz", "/crawl/a.warc.gz"),
        ("/crawl/", "./x/../a.warc.gz", "/crawl/a.warc.gz"),
        ("/crawl", "/other/a.warc.gz", "/other/a.warc.gz"),
        ("/crawl", "s3://bucket/a.warc.gz", "s3://bucket/a.warc.gz"),
        ("s3://bucket/", "x//a.warc.gz", "s3://bucket/x//a.warc.gz"),
    ],
)
def test_relative_paths_start_at_the_folder(folder: str, path: str, expected: str) -> None:
    assert whole(folder, path) == expected
