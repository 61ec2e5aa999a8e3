"""Abort the process on a page that holds a certain mark, for tests of native crashes.

The environment variable CRAWL2CLIP_ABORT_ON holds the mark. The native scanner honours it too;
both read the variable once, when they are imported.
"""

import os

MARK = os.environ.get("CRAWL2CLIP_ABORT_ON", "").encode()


def abort_on_mark(data: bytes) -> None:
    """Abort the process, as a bug in native code would, if a mark is set and stands in `data`."""
    if MARK and MARK in data:
        os.abort()
