"""A mark in a page kills whoever reads it, by every way, so that tests can see what follows."""

import os
import signal
import subprocess
import sys

import pytest

WAYS = {
    "scanner": "from crawl2clip.extract.html.scanner import events; events(page)",
    "parser": "from crawl2clip.extract.html.lexbor_events import events; list(events(page))",
    "wat": "from crawl2clip.extract.wat import wat_page; wat_page.describe_page(page, Settings())",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("mark", "status"), [("dies", -signal.SIGABRT), ("", 0), ("lives", 0)])
def test_who_reads_a_page_with_the_mark_aborts(way: str, mark: str, status: int) -> None:
    page = '{"IMG@": "<img src=a alt=b>dies"}'
    settings = "from crawl2clip.extract.limits.read_settings import Settings"
    code = f"{settings}; page = {page.encode()!r}; {WAYS[way]}"
    environment = os.environ | {"CRAWL2CLIP_ABORT_ON": mark}

    ended = subprocess.run([sys.executable, "-c", code], env=environment, check=False)

    assert ended.returncode == status
