"""The run that a step is part of, as far as the step needs to know it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RunContext:
    """A run's folder, where steps keep what is no table of pairs: tars, counts.

    folder: a path or an address, with all that opens it; None where a recipe is only checked.
    writes: whether files may be left there; a preview reads a run and leaves none.
    """

    folder: str | None = field(repr=False)
    writes: bool = True

    def path(self, name: str) -> str:
        """Return the path of the file or folder `name` inside the run.

        It is the bare name where a recipe is only checked, with no pairs: nothing opens it then.
        """
        return name if self.folder is None else f"{self.folder.rstrip('/')}/{name}"


CHECK_ONLY = RunContext(None, writes=False)
