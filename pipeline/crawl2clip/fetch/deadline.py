"""The time that one image may take."""

import time


class Deadline:
    """Seconds for everything, and for each wait on a server."""

    def __init__(self, total_seconds: float, wait_seconds: float) -> None:
        self._end = time.monotonic() + total_seconds
        self._total, self._wait = total_seconds, wait_seconds

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not done in {self._total:g} seconds")
        return left

    def wait(self) -> float:
        """How long the next wait may take. Raises TimeoutError if the time is up."""
        return min(self.left(), self._wait)

    def pause(self, seconds: float) -> bool:
        """Sleep, and say whether there was time for it; if not, return at once."""
        if self._end - time.monotonic() <= seconds:
            return False
        time.sleep(seconds)
        return True
