"""Coalesce small Arrow batches into ones large enough for vectorised work."""

from collections.abc import Iterator

import pyarrow as pa


def coalesced(batches: Iterator[pa.RecordBatch], least_bytes: int) -> Iterator[pa.Table]:
    """Concatenate batches, in order, into tables of at least `least_bytes`, but for the last."""
    held, some = 0, []
    for batch in batches:
        some.append(batch)
        held += batch.nbytes
        if held >= least_bytes:
            yield pa.Table.from_batches(some)
            held, some = 0, []
    if some:
        yield pa.Table.from_batches(some)
