"""Recipes of what is left to do with pairs that were balanced already. Knows nothing of Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fsspec
import yaml

from crawl2clip.io.bounded_yaml import MOST_BYTES, load_yaml
from crawl2clip.io.files import write_atomically

Jobs = Mapping[str, list[Any] | None]

_FETCH = "fetch"


@dataclass(frozen=True)
class Leftover:
    """A recipe's jobs from its step balance_entries on, that step itself left out.

    fetch: until the images are there, or all if none are fetched. rest: what then is done with the
    pairs of all sets together. data: the parsed YAML they are of.
    """

    data: Mapping[str, Any]
    fetch: Jobs
    rest: Jobs

    @classmethod
    def of(cls, recipe: str, job: str, number: int) -> Leftover:
        """recipe: a YAML file that is known to be right, whose `job` balances in step `number`."""
        with fsspec.open(recipe, "rb") as file:
            data = load_yaml(file.read(MOST_BYTES + 1), recipe)
        jobs = data["jobs"]
        names = list(jobs)
        after = names[names.index(job) + 1 :]
        until = after.index(_FETCH) + 1 if _FETCH in after else len(after)
        steps = (jobs[job] or [])[number + 1 :]
        fetch = ({job: steps} if steps else {}) | {name: jobs[name] for name in after[:until]}
        return cls(data, fetch, {name: jobs[name] for name in after[until:]})

    def write(self, run_folder: str, folders: list[str]) -> list[str]:
        """Write the recipes into the last of the folders of additions; the commands that run them.

        The rest is done with the images of the run and of all additions.
        """
        folder, commands = folders[-1], []
        if self.fetch:
            recipe = self._write("fetch", self.fetch, folder)
            given = f"--source {folder}/pairs.parquet --run-dir {folder}/run"
            commands.append(f"crawl2clip run {recipe} {given}")
        if self.rest:
            tables = [_FETCH, *(f"{one.rpartition('/')[2]}/run/{_FETCH}" for one in folders)]
            every = f"{run_folder.rstrip('/')}/{{{','.join(tables)}}}/*.parquet"
            recipe = self._write("rest", self.rest, folder)
            commands.append(f"crawl2clip run {recipe} --source '{every}' --run-dir {folder}/all")
        return commands

    def _write(self, name: str, jobs: Jobs, folder: str) -> str:
        """The recipe with these jobs alone; returns its path."""
        path = f"{folder}/{name}.yaml"
        recipe = {**self.data, "recipe": f"{self.data['recipe']}_{name}", "jobs": dict(jobs)}
        write_atomically(path, yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True))
        return path
