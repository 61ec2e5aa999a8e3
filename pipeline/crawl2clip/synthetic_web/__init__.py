"""Build a small web with known truth, on which every stage can be measured offline.

`make_sample` draws pictures of coloured shapes, writes captions that are true of them in eleven
languages, spreads both over pages on some dozens of hosts, plants what goes wrong on the real web,
and crawls it over HTTP. `serving` then serves the pictures to whatever downloads them.

    warc/*.warc.gz, wat/*.warc.wat.gz    the pages, and the same as Common Crawl's WAT; two of the
                                         WARC files are damaged, their WAT twins are whole
    robotstxt/, crawldiagnostics/        answers to robots.txt, and pages that are not 200
    warc.paths.gz, wat.paths.gz          one path a line, relative to the sample
    web/                                 answers.jsonl: host, target, status, headers, body, delay;
                                         images/ and pages/: the bodies
    evaluation/                          an evaluation set: pictures, and evaluation.parquet with
                                         image (path), sha256, text, scene_id, width, height
    entries.json                         sorted entries for matching
    truth.parquet                        what every pair is
    sample.json                          the settings, and counts of all that was planted

Hosts are the loopback addresses 127.0.0.2, 127.0.0.3, ... on one port, so that no DNS and no root
is needed. (macOS answers on 127.0.0.1 alone until the others are made aliases of lo0.)

The truth has a row for every text of every picture that a page offers, in the order of the crawl.
A pair is a row with `url` and `text`; the others are links and texts that make none.

    url               address of the picture, as a browser asks for it; null if the link is no
                      address of a picture (bad, empty, data:, javascript:, ftp:)
    text              entities decoded, white space collapsed; null if missing or blank
    text_source       alt, title or figcaption
    page_url          the page that offers it
    lang              ISO 639-1; null for a text in no language, such as a file name
    scene_id          what the picture shows, the same for copies; null if it shows no scene
    is_true           whether the text describes the picture
    kind              what is planted here: PICTURE_KINDS, PAGE_KINDS and LINK_KINDS of `settings`,
                      and placeholder, many_texts; empty for a clean pair
    found_in          src, srcset, picture (its source), lazy (data-src) or noscript
    outcome           what fetching gives: ok, http_404, http_500, refused, redirect (and a
                      picture), redirect_loop, slow (a picture, later), not_an_image, truncated,
                      oversized, bomb; null without a url
    duplicate_of      url of the original, or its path in the sample if that is in evaluation/
    duplicate_kind    exact, recompressed, resized or cropped
    is_evaluation     whether the picture is a copy of one in evaluation/
    opt_out           signals such as page_meta:noai, image_header:noai, robots_txt; null for none
    charset           what the page is written in
    width, height     px; null if no whole picture comes
    sha256            of the bytes of the picture, after a redirect; null if none comes whole
    warc_file         the archive that holds the page, relative to the sample
    in_damaged_record whether the page is lost with a damaged record
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.synthetic_web.builder import SETTINGS_FILE, make
from crawl2clip.synthetic_web.server import served
from crawl2clip.synthetic_web.settings import SampleSettings

__all__ = ["SampleSettings", "make_sample", "serving", "truth"]


def make_sample(
    folder: str | Path,
    settings: SampleSettings = SampleSettings(),  # noqa: B008  frozen, so sharing it is safe
    progress: Callable[[str], None] | None = None,
) -> None:
    """Make the sample; equal settings give equal bytes.

    Does nothing if the folder holds a whole sample of equal settings. Raises ValueError if it
    holds anything else, or if the settings make no sense, and OSError if the port is taken.
    """
    settings.check()
    target = Path(folder)
    if _is_made(target, settings):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
        half = Path(temporary) / "sample"
        half.mkdir()
        make(half, settings, progress or (lambda _: None))
        half.replace(target)  # an empty folder gives way


def _is_made(folder: Path, settings: SampleSettings) -> bool:
    """Return whether the sample is there. Raises ValueError if the folder holds something else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    if _settings(folder) != asdict(settings):
        raise ValueError(
            f"{folder} is not empty, and holds no sample of these settings; "
            "name another folder, or remove it first"
        )
    return True


def _settings(folder: Path) -> dict[str, object] | None:
    """Return the settings of the sample in the folder, or None if there is no whole one."""
    try:
        made = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return dict(made["settings"])


@contextmanager
def serving(folder: str | Path) -> Iterator[None]:
    """Serve the sample's web on its loopback addresses as long as the context lasts.

    Raises ValueError if there is no sample, and OSError if the port is taken.
    """
    settings = _settings(Path(folder))
    if settings is None:
        raise ValueError(f"{folder} holds no sample; make one with make_sample first")
    with served(Path(folder) / "web", int(str(settings["port"]))):
        yield


def truth(folder: str | Path) -> pa.Table:
    """Return the truth about every pair of the sample; the package docstring lists the columns."""
    return pq.read_table(Path(folder) / "truth.parquet")
