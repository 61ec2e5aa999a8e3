import contextlib
import hashlib
import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from crawl2clip.synthetic_web import SampleSettings, make_sample, serving
from crawl2clip.synthetic_web.settings import (
    IMAGE_SIGNALS,
    LINK_KINDS,
    PAGE_KINDS,
    PAGE_SIGNALS,
    PICTURE_KINDS,
)
from tests.synthetic_web.conftest import free_port


def test_the_same_settings_give_the_same_bytes(tiny, tmp_path):
    make_sample(tmp_path / "again", _settings(tiny))

    assert _hashes(tmp_path / "again") == _hashes(tiny)


def test_another_seed_gives_other_pictures_and_pages(tiny, tmp_path):
    make_sample(tmp_path / "other", replace(_settings(tiny), seed=1))

    here, there = _hashes(tiny), _hashes(tmp_path / "other")

    same = {name for name in here if here[name] == there.get(name)}
    assert not [name for name in same if name.startswith(("warc/", "wat/", "truth"))]
    assert here["web/images/00000.jpg"] != there["web/images/00000.jpg"]


def test_every_kind_is_planted_even_in_the_smallest_sample(rows, tiny):
    kinds = {kind for row in rows for kind in row["kind"]}
    signals = {signal for row in rows for signal in row["opt_out"] or ()}

    everything = {*PICTURE_KINDS, *PAGE_KINDS, *LINK_KINDS, "placeholder", "many_texts"}
    assert kinds == everything
    assert signals == {*PAGE_SIGNALS, *IMAGE_SIGNALS, "robots_txt"}
    assert any(not row["kind"] for row in rows)
    counts = json.loads((tiny / "sample.json").read_text())["counts"]
    assert set(counts["kind"]) == everything | {"clean"}


def test_a_whole_sample_of_equal_settings_is_left_alone(tiny):
    before = (tiny / "sample.json").stat().st_mtime_ns

    make_sample(tiny, _settings(tiny))

    assert (tiny / "sample.json").stat().st_mtime_ns == before


def test_a_folder_with_anything_else_in_it_is_refused(tiny, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(ValueError, match=r"not empty.*another folder"):
        make_sample(tmp_path, _settings(tiny))
    with pytest.raises(ValueError, match="not empty"):
        make_sample(tiny, replace(_settings(tiny), seed=7))
    with pytest.raises(ValueError, match="not empty"):
        make_sample(tmp_path / "letter.txt", _settings(tiny))


def test_an_empty_folder_is_filled_and_a_make_that_dies_leaves_nothing(tiny, tmp_path):
    (tmp_path / "empty").mkdir()

    def die(message: str) -> None:
        if message.startswith("describing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_sample(tmp_path / "empty", _settings(tiny), die)

    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_a_port_in_use_is_named_in_the_error(tiny, tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.3", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(OSError, match=rf"127\.0\.0\.3:{port}.*another one"):
            make_sample(tmp_path / "sample", replace(_settings(tiny), port=port))


def test_the_port_is_free_again_after_serving_though_a_client_hangs_on(tmp_path):
    settings = SampleSettings(pages=24, pictures=120, hosts=6, warcs=3, port=free_port())
    make_sample(tmp_path / "sample", settings)

    for _ in range(5):
        with serving(tmp_path / "sample"):
            idle = socket.create_connection(("127.0.0.2", settings.port), timeout=5)
        with idle, contextlib.suppress(ConnectionResetError):
            assert idle.recv(10) == b""


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"pages": 5}, "pages is 5, but must be at least 24"),
        ({"lazy": 1.5}, "lazy is 1.5, but a share is 0 to 1"),
        ({"lazy": 0.9, "mismatched": 0.9}, "planted pictures do not fit"),
        ({"hosts": 251}, "127.0.0.251 are all there is"),
        ({"port": 0}, "must be 1 to 65535"),
        ({"pages": 24, "warcs": 7}, "too few for 7 WARC files"),
    ],
)
def test_settings_that_make_no_web_are_refused(tmp_path, wrong, says):
    with pytest.raises(ValueError, match=says):
        make_sample(tmp_path / "sample", SampleSettings(**wrong))


def test_a_kind_with_share_0_is_not_planted(tmp_path):
    settings = SampleSettings(
        pages=24, pictures=120, hosts=6, warcs=3, port=free_port(), slow=0, gzip_page=0, bad_url=0
    )
    make_sample(tmp_path / "sample", settings)

    counts = json.loads((tmp_path / "sample" / "sample.json").read_text())["counts"]
    assert not {"slow", "gzip_page", "bad_url"} & set(counts["kind"])


def _settings(folder: Path) -> SampleSettings:
    return SampleSettings(**json.loads((folder / "sample.json").read_text())["settings"])


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
