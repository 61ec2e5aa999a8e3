"""Write the recipes of what remains to be done with pairs chosen by `rebalance`."""

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
class RemainingRecipe:
    """A recipe's jobs after its step balance_entries.

    fetch: the jobs up to the one that fetches images, or all if none does. rest: the jobs that then
    process the pairs of all batches together. data: the parsed YAML of the recipe.
    """

    data: Mapping[str, Any]
    fetch: Jobs
    rest: Jobs

    @classmethod
    def of(cls, recipe: str, job: str, number: int) -> RemainingRecipe:
        """Split a valid recipe whose `job` balances in step `number`.

        Recipe: path of its YAML file.
        """
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
        """Write the recipes into the last batch's folder, and return the commands that run them.

        The rest is run on the images of the original run and of all batches.
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
        """Write the recipe with these jobs alone, and return its path."""
        path = f"{folder}/{name}.yaml"
        recipe = {**self.data, "recipe": f"{self.data['recipe']}_{name}", "jobs": dict(jobs)}
        write_atomically(path, yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True))
        return path
