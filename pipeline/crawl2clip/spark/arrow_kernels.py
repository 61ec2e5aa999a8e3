"""Spark SQL's operators on Arrow arrays: the same nulls, NaNs, zeros and errors, row by row.

Spark stops a job when a row's number overflows or is divided by zero, but only if it comes to
that operation: `w > 0 and h / w < 3` divides by no zero. So each operation here marks the rows at
which Spark would raise an error, and `and`, `or`, `if`, `case` and `coalesce` drop the marks of
operands that Spark does not look at. Knows nothing of Spark.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Value(NamedTuple):
    """The value of an expression in each row of a batch.

    failed: true for the rows at which Spark raises an error; None where there is none. Never null.
    """

    array: pa.Array
    failed: pa.BooleanArray | None = None


Kernel = Callable[..., Value]


def either(*marks: pa.BooleanArray | None) -> pa.BooleanArray | None:
    """Return the rows that are marked by any of these."""
    there = [mark for mark in marks if mark is not None]
    return functools.reduce(pc.or_, there) if there else None


def where(rows: pa.BooleanArray, mark: pa.BooleanArray | None) -> pa.BooleanArray | None:
    """Return the marks of these rows; a row that is null has none."""
    return None if mark is None else pc.and_(pc.fill_null(rows, False), mark)


def both(left: Value, right: Value) -> Value:
    """Compute SQL's `and`, which does not look at the right where the left is false."""
    asked = pc.fill_null(left.array, True)
    failed = either(left.failed, where(asked, right.failed))
    return Value(pc.and_kleene(left.array, right.array), failed)


def any_of(left: Value, right: Value) -> Value:
    """Compute SQL's `or`, which does not look at the right where the left is true."""
    asked = pc.invert(pc.fill_null(left.array, False))
    failed = either(left.failed, where(asked, right.failed))
    return Value(pc.or_kleene(left.array, right.array), failed)


def choice(condition: Value, then: Value, otherwise: Value) -> Value:
    """Compute SQL's `if`: a condition that is null counts as false."""
    holds = pc.fill_null(condition.array, False)
    failed = either(
        condition.failed, where(holds, then.failed), where(pc.invert(holds), otherwise.failed)
    )
    return Value(pc.if_else(holds, then.array, otherwise.array), failed)


def first_valid(*values: Value) -> Value:
    """Compute SQL's `coalesce`, which looks at a value only where those before it are null."""
    *before, found = values
    for value in reversed(before):
        asked = pc.is_null(value.array)
        failed = either(value.failed, where(asked, found.failed))
        found = Value(pc.coalesce(value.array, found.array), failed)
    return found


def simple(kernel: Callable[..., pa.Array]) -> Kernel:
    """Make a kernel of one that raises no errors and is null where its first operand is.

    Spark does not look at the second operand where the first is null.
    """

    def run(first: Value, *more: Value) -> Value:
        known = pc.is_valid(first.array) if any(one.failed is not None for one in more) else None
        failed = either(first.failed, *(where(known, one.failed) for one in more))
        return Value(kernel(first.array, *(one.array for one in more)), failed)

    return run


def is_null(value: Value) -> Value:
    """Compute `is null`. A NaN is a value."""
    return Value(pc.is_null(value.array), value.failed)


def is_valid(value: Value) -> Value:
    """Compute `is not null`."""
    return Value(pc.is_valid(value.array), value.failed)


def is_nan(value: Value) -> Value:
    """Compute `isnan`, which is false for null."""
    return Value(pc.fill_null(pc.is_nan(value.array), False), value.failed)


def equal(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Compute `=`: a NaN equals a NaN, and 0 equals -0."""
    same = pc.equal(left, right)
    if not pa.types.is_floating(left.type):
        return same
    return pc.or_(same, pc.and_(pc.is_nan(left), pc.is_nan(right)))


def less(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Compute `<`: a NaN is larger than all other numbers, and texts are compared by bytes."""
    if pa.types.is_boolean(left.type):
        return pc.and_(pc.invert(left), right)
    below = pc.less(left, right)
    if not pa.types.is_floating(left.type):
        return below
    return pc.or_(below, pc.and_(pc.is_nan(right), pc.invert(pc.is_nan(left))))


def greater(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Compute `>`."""
    return less(right, left)


def at_most(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Compute `<=`."""
    return pc.invert(less(right, left))


def at_least(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Compute `>=`."""
    return pc.invert(less(left, right))


def same(left: Value, right: Value) -> Value:
    """Compute `<=>`: nulls equal each other, and nothing is null."""
    found = pc.fill_null(equal(left.array, right.array), False)
    nulls = pc.and_(pc.is_null(left.array), pc.is_null(right.array))
    return Value(pc.or_(found, nulls), either(left.failed, right.failed))


def extreme(beats: Callable[[pa.Array, pa.Array], pa.BooleanArray]) -> Kernel:
    """Make `least` of `less` and `greatest` of `greater`: nulls are passed over."""

    def run(*values: Value) -> Value:
        first, *more = values
        best = first.array
        for value in more:
            better = pc.or_(pc.is_null(best), pc.fill_null(beats(value.array, best), False))
            best = pc.if_else(pc.and_(better, pc.is_valid(value.array)), value.array, best)
        return Value(best, either(*(value.failed for value in values)))

    return run


def one_of(options: pa.Array) -> Callable[[pa.Array], pa.BooleanArray]:
    """Make `in` of the values of a list, which holds no floats: unknown if only a null fits."""
    known, has_null = options.drop_null(), options.null_count > 0

    def run(array: pa.Array) -> pa.BooleanArray:
        found = pc.is_in(array, value_set=known)
        unknown = pc.invert(found) if has_null else pc.is_null(array)
        return pc.if_else(unknown, pa.scalar(None, pa.bool_()), found)

    return run


_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
}


def arithmetic(name: str) -> Kernel:
    """Make `add`, `subtract` or `multiply`; whole numbers that overflow fail."""

    def run(left: Value, right: Value) -> Value:
        if not pa.types.is_integer(left.array.type):
            return simple(getattr(pc, name))(left, right)
        try:
            return simple(getattr(pc, f"{name}_checked"))(left, right)
        except pa.ArrowInvalid:  # somewhere in the batch
            made = _row_by_row(_EXACT[name], left.array, right.array)
            failed = simple(lambda *_: made.array)(left, right).failed
            return Value(made.array, either(made.failed, failed))

    return run


def negative(value: Value) -> Value:
    """Compute `-x`; the least whole number has none and fails."""
    if pa.types.is_integer(value.array.type):
        zeros = pa.repeat(pa.scalar(0, value.array.type), len(value.array))
        return arithmetic("subtract")(Value(zeros), value)
    return simple(pc.negate)(value)


def absolute(value: Value) -> Value:
    """Compute `abs`; the least whole number has none and fails."""
    if not pa.types.is_integer(value.array.type):
        return simple(pc.abs)(value)
    below = Value(pc.less(value.array, pa.scalar(0, value.array.type)), value.failed)
    return choice(below, negative(value), value)


def _row_by_row(exact: Callable[[int, int], int], left: pa.Array, right: pa.Array) -> Value:
    most = 2 ** (left.type.bit_width - 1)
    rows = [
        None if one is None or other is None else exact(one, other)
        for one, other in zip(left.to_pylist(), right.to_pylist(), strict=True)
    ]
    fits = [row is not None and -most <= row < most for row in rows]
    kept = [row if good else None for row, good in zip(rows, fits, strict=True)]
    failed = [row is not None and not good for row, good in zip(rows, fits, strict=True)]
    return Value(pa.array(kept, left.type), pa.array(failed))


def quotient(left: Value, right: Value) -> Value:
    """Compute `/` of floats; a divisor of 0 fails."""
    return _divided(np.divide, left, right)


def remainder(left: Value, right: Value) -> Value:
    """Compute `%`, which has the sign of the dividend; a divisor of 0 fails."""
    return _divided(np.fmod, left, right)


def _divided(operation: Any, left: Value, right: Value) -> Value:
    """Divide, failing at a divisor of 0; the dividend counts only where the divisor is not null."""
    kind = left.array.type
    divides = pc.fill_null(pc.not_equal(right.array, pa.scalar(0, kind)), False)
    known = pc.and_(pc.is_valid(left.array), pc.is_valid(right.array))
    one, other = (
        pc.if_else(pc.and_(known, divides), value.array, pa.scalar(1, kind)).to_numpy(
            zero_copy_only=False
        )
        for value in (left, right)
    )
    with np.errstate(all="ignore"):
        numbers = pa.array(operation(one, other), kind)
    array = pc.if_else(known, numbers, pa.scalar(None, kind))
    by_zero = pc.and_(known, pc.invert(divides))
    asked = where(pc.is_valid(right.array), left.failed)
    return Value(array, either(right.failed, asked, by_zero))
