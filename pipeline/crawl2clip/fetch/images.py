"""URLs in, resized images out: img2dataset's Downloader, without its files.

img2dataset is imported where it runs: with it come OpenCV, albumentations and wandb.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import fsspec
import pyarrow as pa

from crawl2clip.fetch import hosts, problems, urls
from crawl2clip.fetch.notes import Note, NotingResizer
from crawl2clip.fetch.opener import Limits, Opener, installed
from crawl2clip.fetch.pixels import Decoder
from crawl2clip.fetch.problems import FetchError
from crawl2clip.fetch.resize import GuardedResizer, Resizing


class Outcome(NamedTuple):
    """What became of a URL: an image, or a problem."""

    image: bytes | None = None
    width: int | None = None
    height: int | None = None
    original_width: int | None = None
    original_height: int | None = None
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    original_bytes: int | None = None
    original_format: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Fetcher:
    """Settings that fetch: call it with URLs."""

    resizing: Resizing
    limits: Limits
    threads: int
    timeout_seconds: float

    def __call__(self, asked: Iterable[str]) -> dict[str, Outcome]:
        """What became of each URL. A URL that stands there twice is downloaded once."""
        outcomes, addresses = {}, {}
        for url in asked:
            try:
                addresses[url] = urls.normal(url)
            except FetchError as error:
                outcomes[url] = Outcome(problem=str(error))
        found = self._downloaded(list(dict.fromkeys(addresses.values())))
        lost = Outcome(problem=problems.problem("no outcome", "img2dataset dropped it"))
        return outcomes | {url: found.get(at, lost) for url, at in addresses.items()}

    def _downloaded(self, addresses: Sequence[str]) -> dict[str, Outcome]:
        found: dict[str, Outcome] = {}
        if addresses:
            manners = hosts.of_process(self.limits.connections_per_host)
            opener = Opener(self.limits, manners)
            with installed(opener), _shard_file(addresses) as (folder, file):
                self._downloader(folder, len(addresses), found).download_shard((0, file))
        return found

    def _downloader(self, folder: str, count: int, found: dict[str, Outcome]) -> Any:
        resizing = self.resizing
        classes = _img2dataset(resizing.max_pixels)
        resizer = _resizer(classes.Resizer, resizing)
        bounds = resizing.max_pixels, resizing.max_decoded_bytes
        noting = NotingResizer(GuardedResizer(resizer, classes.decoder, *bounds))
        return classes.Downloader(
            sample_writer_class=lambda *_: _Collector(found, noting.notes),
            resizer=noting,
            thread_count=self.threads,
            save_caption=False,
            extract_exif=False,
            output_folder=folder,
            column_list=["url"],
            timeout=self.timeout_seconds,
            number_sample_per_shard=count,
            oom_shard_count=1,
            compute_hash="sha256",
            verify_hash_type=None,
            encode_format=self.resizing.encode_format,
            retries=0,  # the opener does, and knows what is worth it
            user_agent_token=self.limits.user_agent,
            disallowed_header_directives=None,  # the opener does; this parser misses some
        )


class _Collector:
    """Takes the place of img2dataset's writers, and keeps samples instead."""

    def __init__(self, found: dict[str, Outcome], notes: Mapping[str, Note]) -> None:
        self._found = found
        self._notes = notes

    def write(
        self, image: bytes | None, key: str, caption: str | None, meta: Mapping[str, Any]
    ) -> None:
        if meta["error_message"] is not None:
            outcome = Outcome(problem=problems.of_message(meta["error_message"]))
        else:
            fields = ("width", "height", "original_width", "original_height", "sha256")
            resized = Outcome(image, *(meta[field] for field in fields))
            outcome = resized._replace(**self._notes[meta["sha256"]]._asdict())
        self._found[meta["url"]] = outcome

    def close(self) -> None:
        pass


@contextmanager
def _shard_file(addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A folder and in it the Arrow file that the Downloader wants; in memory, so that a task
    that is killed leaves nothing behind.
    """
    files = fsspec.filesystem("memory")
    folder = f"/img2dataset/{os.getpid()}"
    table = pa.table({"url": pa.array(addresses, pa.string())})
    files.makedirs(folder, exist_ok=True)
    try:
        with (
            files.open(f"{folder}/shard.arrow", "wb") as file,
            pa.ipc.new_file(file, table.schema) as writer,
        ):
            writer.write_table(table)
        yield f"memory://{folder}", f"memory://{folder}/shard.arrow"
    finally:
        files.rm(folder, recursive=True)


class _Img2dataset(NamedTuple):
    """What we use of img2dataset, and what its Resizer decodes with."""

    Downloader: Callable[..., Any]
    Resizer: Callable[..., Any]
    decoder: Decoder


@lru_cache(maxsize=1)  # what counts is the first import in a process
def _img2dataset(max_pixels: int) -> _Img2dataset:
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would look for one on the network
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(max_pixels)  # read when cv2 is imported
    with _passing_tempdir(), _without_torch():
        from img2dataset import resizer
        from img2dataset.downloader import Downloader

    if not isinstance(resizer.cv2, Decoder):
        resizer.cv2 = Decoder(resizer.cv2)
    return _Img2dataset(Downloader, resizer.Resizer, resizer.cv2)


@contextmanager
def _without_torch() -> Iterator[None]:
    """img2dataset imports packages that use torch if they find it, for things we don't do: it
    takes 470 MB and 9 seconds.
    """
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # as if it were not installed
    try:
        yield
    finally:
        del sys.modules["torch"]


@contextmanager
def _passing_tempdir() -> Iterator[None]:
    """wandb makes folders when it is imported, and Spark's workers end without cleaning up."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before


def _resizer(resizer: Callable[..., Any], resizing: Resizing) -> Any:
    return resizer(
        image_size=resizing.image_size,
        resize_mode=resizing.resize_mode,
        resize_only_if_bigger=resizing.resize_only_if_bigger,
        encode_format=resizing.encode_format,
        encode_quality=resizing.encode_quality,
        skip_reencode=resizing.skip_reencode,
        min_image_size=resizing.min_image_size_px,
        max_aspect_ratio=resizing.max_aspect_ratio or float("inf"),
    )
