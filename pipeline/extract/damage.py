"""Where an archive is broken, and where to read on.

The reader says that it stumbled, not where; and of the end of a file that was cut short it says
nothing. The frames tell.
"""

from fastwarc.warc import ArchiveIterator

from pipeline.extract.frames import Frames
from pipeline.extract.page import Broken


def lies_in_the_bytes(error: OSError) -> bool:
    """Whether the data is at fault and not the machine.

    The decoders raise a bare OSError; one from a file system has a number or a class of its own.
    """
    return type(error) is OSError and error.errno is None


def at_stumble(frames: Frames, last: int, is_read: bool, trouble: str) -> tuple[Broken, int | None]:
    """The broken frame after the reader raised `trouble`, and the offset where to read on.

    last: the frame that was tried last. It is at fault, unless a record was read from it, it is
    sound, and the frame behind it can't be read.
    """
    at, end = last, frames.end(last)
    if end is None:
        resume = frames.next(at + 1)
    elif end >= frames.size:
        resume = None
    elif not is_read or _reads(frames, end):
        resume = end
    else:
        at, resume = end, frames.next(end + 1)
    return Broken(at, f"broken record: {trouble}"), resume


def at_end(frames: Frames, last: int) -> tuple[Broken | None, int | None]:
    """What is broken between the record read last and the end of the file, and where to read on."""
    at = last
    while (end := frames.end(at)) is not None:
        if end >= frames.size:
            return None, None
        if frames.holds_record(end):  # the reader takes an empty gzip member for the end
            return None, end
        at = end
    resume = frames.next(at + 1)
    if resume is None:
        return Broken(at, f"truncated record: only {frames.size - at} bytes of it"), None
    return Broken(at, f"broken record: {resume - at} bytes"), resume


def _reads(frames: Frames, at: int) -> bool:
    file, _ = frames.opened(at)
    try:
        next(ArchiveIterator(file, parse_http=False, fsspec_args=False), None)
    except OSError as error:
        if not lies_in_the_bytes(error):
            raise
        return False
    return True
