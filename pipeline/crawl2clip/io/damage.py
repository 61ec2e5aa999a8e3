"""Tell damaged data from failures of the machine."""

from collections.abc import Iterator
from contextlib import contextmanager


def is_damage(error: OSError) -> bool:
    """Return whether the data is at fault and not the machine.

    The decoders raise a bare OSError; one from a file system has a number or a class of its own.
    """
    return type(error) is OSError and error.errno is None


@contextmanager
def panics_as_damage() -> Iterator[None]:
    """Raise a bare OSError where a decoder written in Rust panics.

    Its exception is no Exception, so that nothing else would count it as damage of the data.
    """
    try:
        yield
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise OSError(f"the decoder failed: {error}") from error


def _is_panic(error: BaseException) -> bool:
    # The class can't be imported: every extension has its own.
    kind = type(error)
    return (kind.__module__, kind.__name__) == ("pyo3_runtime", "PanicException")
