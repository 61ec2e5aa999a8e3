"""Batches of a size that pays for work on whole columns."""

from collections.abc import Iterator

import pyarrow as pa


def gathered(batches: Iterator[pa.RecordBatch], least_bytes: int) -> Iterator[pa.Table]:
    """Batches put together, in order, to so many bytes or somewhat more; the last may have less."""
    held, some = 0, []
    for batch in batches:
        some.append(batch)
        held += batch.nbytes
        if held >= least_bytes:
            yield pa.Table.from_batches(some)
            held, some = 0, []
    if some:
        yield pa.Table.from_batches(some)
