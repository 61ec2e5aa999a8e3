"""Run a child process with limits, whose death costs nothing but its current work.

It is a fork, so it starts within milliseconds and shares all loaded modules. It keeps no file or
socket of its parent's but the pipe between them, and it dies with its parent.
"""

import contextlib
import ctypes
import faulthandler
import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

from crawl2clip.io.damage import is_damage

_OUT_OF_MEMORY = 77  # an exit code: whoever lacks memory can't send a message
_PR_SET_PDEATHSIG = 1
_LONGEST_TEXT = 200
# A process may stand still and use no CPU: at a lock that a crash has left, on a busy machine.
_WALL_SECONDS_PER_CPU_SECOND = 20

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class DiedError(Exception):
    """Reports that the child died; the message names the cause, such as SIGSEGV."""


class TooLongError(DiedError):
    """Reports that the child exceeded its time limit."""


class Child:
    """Forks a process that runs `serve(pipe)` and ends.

    seconds: of CPU time, after each `cpu_limit.start_clock` in the child. memory_bytes: what it may
    take in addition to what this process holds; only Linux can enforce that.
    """

    def __init__(
        self, serve: Callable[[Connection], None], seconds: int, memory_bytes: int
    ) -> None:
        self.seconds, self.memory_bytes = seconds, memory_bytes
        self.pipe, theirs = Pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(serve, theirs, memory_bytes, parent)
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.end()

    def send(self, message: object) -> None:
        """Send a message to the child. Raises DiedError."""
        try:
            self.pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            raise self._cause() from None

    def receive(self) -> Any:
        """Return the child's next message. Raises DiedError if there comes none."""
        try:
            if not self.pipe.poll(self.seconds * _WALL_SECONDS_PER_CPU_SECOND):
                self.end()
                raise self._too_long()
            return self.pipe.recv()
        except (EOFError, OSError):  # OSError: it died within a message
            raise self._cause() from None

    def _cause(self) -> DiedError:
        status = self._end(kill=False)
        if status == -signal.SIGPROF:
            return self._too_long()
        if status == _OUT_OF_MEMORY:
            return DiedError(f"more than {self.memory_bytes} bytes of memory")
        return DiedError(signal.Signals(-status).name if status < 0 else f"exit code {status}")

    def _too_long(self) -> TooLongError:
        return TooLongError(f"more than {self.seconds} seconds")

    @property
    def is_alive(self) -> bool:
        """Return whether its end has not been noticed yet."""
        return self.pid != 0

    def end(self) -> None:
        """Kill the child if it is alive."""
        if self.is_alive:
            self._end(kill=True)

    def _end(self, kill: bool) -> int:
        """Return the exit code of the child, or minus the signal that ended it."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        self.pipe.close()
        return os.waitstatus_to_exitcode(status)


class Failure(NamedTuple):
    """Tells a parent what its child raised.

    is_ours: whether a machine or an installation is at fault and not the bytes that were read.
    """

    text: str
    is_ours: bool


def failure_of(error: BaseException) -> Failure:
    """Describe an error for the parent. Raises MemoryError again, since that can't be sent."""
    if isinstance(error, MemoryError):
        raise error
    is_ours = isinstance(error, ImportError) or (
        isinstance(error, OSError) and not is_damage(error)
    )
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return Failure(text[:_LONGEST_TEXT].encode(errors="replace").decode(), is_ours)


def _be_child(
    serve: Callable[[Connection], None], pipe: Connection, memory_bytes: int, parent: int
) -> NoReturn:
    status = 1
    try:
        _let_go_of_parent(pipe.fileno(), parent)
        _limit_memory(memory_bytes)
        serve(pipe)
        status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the parent has heard enough
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)  # never up the stack, where the parent's work waits


def _let_go_of_parent(pipe: int, parent: int) -> None:
    gc.freeze()  # what is collected might close files that are the child's by then
    faulthandler.disable()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    # Else a socket to Spark would stay open after the worker's death.
    os.closerange(3, pipe)
    os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _limit_memory(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    # Where memory is short all the same, the kernel shall take this process and not its parent.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
