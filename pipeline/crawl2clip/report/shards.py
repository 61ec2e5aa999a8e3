"""The tars that a run leaves."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from crawl2clip.report.finished_jobs import Done
from crawl2clip.report.view_model import Shard, Shards

ROWS = 50
LETTERS = 1_000  # of a path
COLUMNS = ("shard_path", "shard_pairs", "shard_bytes", "shard_sha256")


def shards(done: Sequence[Done]) -> Shards | None:
    """None if the run has written none."""
    for job in reversed(done):
        table = job.having(*COLUMNS)
        if table is not None:
            zero = F.lit(0)
            totals = (F.coalesce(F.sum(name), zero) for name in COLUMNS[1:3])
            number, pairs, size = table.agg(F.count("*"), *totals).collect()[0]
            path = F.left("shard_path", F.lit(LETTERS)).alias("shard_path")
            rows = table.select(path, *COLUMNS[1:]).orderBy("shard_path").limit(ROWS).collect()
            return Shards(number, pairs, size, tuple(Shard(*row) for row in rows))
    return None
