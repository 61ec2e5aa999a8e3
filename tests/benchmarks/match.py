"""Matching on one core: ours, pyahocorasick as MetaCLIP's code uses it, the loop over all entries.

    python -m tests.benchmarks.match ENTRIES.json[.gz] CAPTIONS.parquet

CAPTIONS has a column TEXT, as LAION's tables do. CPU seconds, the best of three interleaved rounds;
what all three find is compared. Then what a worker's memory has grown by: USS, pages of its own.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import ahocorasick
import pyarrow.parquet as pq

from crawl2clip.match.matcher import automaton
from crawl2clip.match.matcher.automaton import Packed
from crawl2clip.match.matcher.normal_form import SEPARATORS, Spelling, key
from crawl2clip.shared.entry_list import read_entries

ROUNDS = 3
BY_LOOP = 20  # texts are enough: each takes it 40 ms

Matcher = Callable[[Sequence[str]], list[list[int]]]


def ours(entries: Sequence[str]) -> Matcher:
    """The automaton that workers use."""
    built = automaton.built(Packed.of(entries))
    return lambda texts: automaton.matches(built, texts, Spelling())


def pyahocorasick(entries: Sequence[str]) -> Matcher:
    """The values are (id, key), as published."""
    built = ahocorasick.Automaton()
    for number, entry in enumerate(entries):
        built.add_word(key(entry), (number, key(entry)))
    built.make_automaton()

    def match(texts: Sequence[str]) -> list[list[int]]:
        return [sorted({n for _, (n, _) in built.iter(_spaced(text))}) for text in texts]

    return match


def loop(entries: Sequence[str]) -> Matcher:
    """Is each of the entries in the text?"""
    keys = [key(entry) for entry in entries]

    def match(texts: Sequence[str]) -> list[list[int]]:
        forms = map(_spaced, texts)
        return [[n for n, entry in enumerate(keys) if entry in form] for form in forms]

    return match


def _spaced(text: str) -> str:
    text = f" {text} "
    for separator in SEPARATORS:
        text = text.replace(separator, f" {separator} ")
    return text.replace("\t", " ").replace("\n", " ").replace("\r", " ")


def main(entry_file: str, caption_file: str) -> None:
    """Print the table."""
    entries = read_entries(entry_file)
    texts = [text for text in pq.read_table(caption_file)["TEXT"].to_pylist() if text]
    matchers = {make.__name__: make(entries) for make in (ours, pyahocorasick)}
    matchers["loop"] = loop(entries)
    asked = {name: texts[:BY_LOOP] if name == "loop" else texts for name in matchers}
    found = {name: match(texts[:BY_LOOP]) for name, match in matchers.items()}
    assert found["ours"] == found["pyahocorasick"] == found["loop"]
    assert matchers["ours"](texts) == matchers["pyahocorasick"](texts)
    best = dict.fromkeys(matchers, float("inf"))
    for _ in range(ROUNDS):
        for name, match in matchers.items():
            best[name] = min(best[name], _cpu(match, asked[name]) / len(asked[name]))
    lines = [f"{len(entries):,} entries, {len(texts):,} captions"]
    lines.append(f"{'':16}{'a second':>12}{'ours is x':>12}")
    for name, seconds in best.items():
        lines.append(f"{name:16}{1 / seconds:12,.0f}{seconds / best['ours']:12,.1f}")
    uss = _uss_of_a_worker(entry_file)
    lines.append(f"{uss} MB USS in a process with pyarrow, pandas and the list")
    sys.stdout.write("\n".join(lines) + "\n")


def _cpu(match: Matcher, texts: Sequence[str]) -> float:
    begin = time.process_time()
    match(texts)
    return time.process_time() - begin


def _uss_of_a_worker(entry_file: str) -> int:
    """In a process of its own, which imports what Spark's workers do."""
    program = (
        "import sys, pandas, pyarrow, pyspark.worker\n"
        "from crawl2clip.match.matcher.automaton import Packed, built, read_entries\n"
        "import pickle, subprocess\n"
        f"pack = [sys.executable, '-m', '{__spec__.name}', '--pack', sys.argv[1]]\n"
        "built(pickle.loads(subprocess.run(pack, capture_output=True, check=True).stdout))\n"
        "lines = [line.split() for line in open('/proc/self/smaps_rollup')]\n"
        "print(sum(int(line[1]) for line in lines if line[0].startswith('Private')) // 1024)"
    )
    command = [sys.executable, "-c", program, entry_file]
    done = subprocess.run(
        command, capture_output=True, check=True, text=True, cwd=Path(__file__).parents[2]
    )
    return int(done.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "--pack":  # what the driver does, for the worker that is measured
        import pickle

        sys.stdout.buffer.write(pickle.dumps(Packed.of(read_entries(sys.argv[2]))))
    else:
        main(*sys.argv[1:])
