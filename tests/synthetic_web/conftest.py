"""One small sample for all tests of the room, and its web served."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from crawl2clip.synthetic_web import SampleSettings, make_sample, serving, truth


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.2", 0))
        return int(probe.getsockname()[1])


def tiny_settings() -> SampleSettings:
    return SampleSettings(
        pages=24, pictures=120, hosts=6, warcs=3, port=free_port(), slow_seconds=1.5
    )


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "tiny"
    make_sample(folder, tiny_settings())
    return folder


@pytest.fixture(scope="session")
def table(tiny: Path) -> pa.Table:
    return truth(tiny)


@pytest.fixture(scope="session")
def rows(table: pa.Table) -> list[dict[str, object]]:
    return table.to_pylist()


@pytest.fixture(scope="session")
def web(tiny: Path) -> Iterator[None]:
    with serving(tiny):
        yield
