"""For tests of what follows a native crash: the process aborts where it reads a certain mark.

The environment variable CRAWL2CLIP_ABORT_ON holds the mark. The native scanner looks for it, too,
in the pages that it is given; both read the variable once, when they are imported.
"""

import os

MARK = os.environ.get("CRAWL2CLIP_ABORT_ON", "").encode()


def abort_on_mark(data: bytes) -> None:
    """Abort the process, as a bug in native code would, if a mark is set and stands in `data`."""
    if MARK and MARK in data:
        os.abort()
