"""The time that one image may take."""

import time

from crawl2clip.fetch.http.cancellation import Cancellation


class Deadline:
    """Seconds for one image altogether, and for each wait on a server; both end on `cancel`."""

    def __init__(
        self,
        total_seconds: float,
        wait_seconds: float,
        cancellation: Cancellation | None = None,
    ) -> None:
        self.cancellation = cancellation or Cancellation()
        self._end = time.monotonic() + total_seconds
        self._total, self._wait = total_seconds, wait_seconds

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError if there are none."""
        self.cancellation.check()
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not done in {self._total:g} seconds")
        return left

    def wait(self) -> float:
        """Return how long the next wait may take. Raises TimeoutError if the time is up."""
        return min(self.left(), self._wait)

    def pause(self, seconds: float) -> bool:
        """Sleep and return True; return False at once if the time does not suffice."""
        if self._end - time.monotonic() <= seconds:
            return False
        self.cancellation.sleep(seconds)
        return True
