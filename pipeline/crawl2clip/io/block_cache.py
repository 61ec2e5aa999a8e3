"""Read remote files by cached blocks, or copy them where that is not possible."""

import io
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Readers go back by a record or two, hardly ever further: keeping these blocks saves requests.
KEPT_BLOCKS = 6


class BlockFile(io.RawIOBase):
    """Presents `size` bytes that `fetch(start, end)` returns by blocks; keeps the most recent.

    Blocks are fetched when they are read, each but the last `block_bytes` long. finish: called
    once, on closing.
    """

    def __init__(
        self,
        fetch: Callable[[int, int], bytes],
        size: int,
        block_bytes: int,
        finish: Callable[[], None],
    ) -> None:
        self._fetch, self._size, self._block_bytes, self._finish = fetch, size, block_bytes, finish
        self._block = lru_cache(KEPT_BLOCKS)(self._fetched)
        self._at = 0

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read up to the end of a block. BufferedReader calls again until it has enough."""
        view = memoryview(buffer).cast("B")
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, self._block_bytes)
        data = memoryview(self._block(number))[start : start + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _fetched(self, number: int) -> bytes:
        start = number * self._block_bytes
        return self._fetch(start, min(start + self._block_bytes, self._size))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError(f"negative seek position {origin + offset}")
        self._at = origin + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._block.cache_clear()
            self._finish()
        super().close()


def on_disk(blocks: Iterable[bytes]) -> BinaryIO:
    """Copy a stream that can be read only once; damage needs a second look."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
    copy.writelines(blocks)
    copy.seek(0)
    return cast(BinaryIO, copy)
