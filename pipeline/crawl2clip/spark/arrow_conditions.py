"""Conditions of Spark SQL as Python workers compute them, on Arrow arrays.

A condition is first resolved by Catalyst, so that all casts that Spark puts in are there to be
seen; then it is translated, node by node, to kernels that give what Spark gives for every row. What
has no such kernel is refused, with its name, and Spark then computes the condition itself.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import StructField, StructType, _parse_datatype_json_value

from crawl2clip.spark import arrow_kernels as kernels
from crawl2clip.spark.arrow_kernels import Kernel, Value
from crawl2clip.spark.arrow_step import Batches, InWorkers, NeedsSpark
from crawl2clip.spark.catalyst import ExpressionTree, Node, resolved

# A list of floats that is longer becomes a hash set in Spark, to which 0 and -0 are two numbers.
_MOST_FLOATS = 10

Run = Callable[[pa.RecordBatch], Value]


@dataclass(frozen=True)
class Expression:
    """A translated part of a condition: its type, and its values in a batch.

    can_fail: whether there may be rows at which Spark would raise an error.
    """

    kind: pa.DataType
    run: Run
    can_fail: bool = False

    def column(self, batch: pa.RecordBatch) -> pa.Array:
        """Return the values. Raises ArithmeticError if Spark would raise an error for a row."""
        array, failed = self.run(batch)
        if failed is not None and pc.any(failed).as_py():
            raise ArithmeticError(
                "a condition overflows, or divides by zero, in some row; "
                "try_add(a, b), try_divide(a, b) and the like are null there"
            )
        return array


def translated(pairs: DataFrame, column: Column) -> Expression:
    """Return the column over these pairs as workers compute it.

    Raises NeedsSpark, saying which part of it has no equal outside of Spark, and AnalysisException
    if it does not fit the pairs.
    """
    tree = resolved(pairs, column)
    if tree is None:
        raise NeedsSpark("looks at more than one row at a time")
    ansi = pairs.sparkSession.conf.get("spark.sql.ansi.enabled") == "true"
    try:
        return _Translation(tree, tree.without_columns(), ansi, {}).of(tree.nodes[0])
    except RecursionError:
        raise NeedsSpark("has a condition that is nested too deeply") from None


def filtered(pairs: DataFrame, stays: Column) -> InWorkers:
    """Return the work that keeps, in workers, the pairs for which `stays`, a boolean, is true."""
    condition = translated(pairs, stays)

    def kept(batches: Batches) -> Batches:
        for batch in batches:
            yield batch.filter(condition.column(batch))

    return InWorkers(kept, pairs.schema)


def with_column(pairs: DataFrame, name: str, column: Column) -> InWorkers:
    """Return the work that puts the column in place, as `DataFrame.withColumn` does."""
    expression, after = translated(pairs, column), pairs.withColumn(name, column).schema

    def added(batches: Batches) -> Batches:
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns[name] = expression.column(batch)
            yield pa.RecordBatch.from_pydict(columns)

    return InWorkers(added, StructType([_nullable(field) for field in after]))


def _nullable(field: StructField) -> StructField:
    return StructField(field.name, field.dataType, metadata=field.metadata)


@dataclass(frozen=True)
class _Translation:
    """The translation of a tree, whose nodes at the places `fixed` depend on no column.

    ansi: whether numbers that overflow are errors. shared: what common expressions stand for.
    """

    tree: ExpressionTree
    fixed: set[int]
    ansi: bool
    shared: dict[int, Expression]

    def of(self, node: Node) -> Expression:
        if node.place in self.fixed and node.kind != "Alias":  # which has no value of its own
            return self._constant(node)
        if node.kind in _OPERATORS:
            return self._operator(node, *_OPERATORS[node.kind])
        handler = _HANDLERS.get(node.kind)
        if handler is None:
            raise self.refusal(node)
        return handler(self, node)

    def refusal(self, node: Node) -> NeedsSpark:
        if node.kind == "PythonUDF":
            return NeedsSpark("has a condition with a Python function on a value that Spark makes")
        shown = str(self.tree.java(node).prettyName())
        return NeedsSpark(f"has a condition with {shown}, which only Spark computes exactly so")

    def operands(self, node: Node) -> list[Expression]:
        return [self.of(child) for child in node.children]

    def _operator(self, node: Node, allowed: Callable[..., bool], kernel: Kernel) -> Expression:
        """Apply a kernel to operands of one type; the result has it too, unless it is a boolean."""
        operands = self.operands(node)
        kinds = [operand.kind for operand in operands]
        if len(set(kinds)) > 1 or not allowed(kinds[0]):
            raise self.refusal(node)
        kind = kinds[0] if node.kind in _KEEP_KIND else pa.bool_()
        return applied(kind, kernel, *operands)

    def arithmetic(self, node: Node, kernel: Kernel, operands: list[Expression]) -> Expression:
        if not self.ansi or not self._is_strict(node):
            raise NeedsSpark("has a condition with numbers that may overflow without an error")
        return applied(operands[0].kind, kernel, *operands, can_fail=True)

    def _is_strict(self, node: Node) -> bool:
        if "failOnError" in node.about:
            return bool(node.about["failOnError"])
        return str(self.tree.java(node).evalMode().toString()) == "ANSI"

    def _constant(self, node: Node) -> Expression:
        read = _LITERALS.get(str(node.about.get("dataType"))) if node.kind == "Literal" else None
        if read and node.about["value"] is not None:  # a list may have thousands
            return constant(self.kind_of(node), read(node.about["value"]))
        java = self.tree.java(node)
        kind = self.kind_of(node)
        try:
            value = java.eval(None) if java.foldable() else _NOTHING
        except (Py4JJavaError, PySparkException):  # Spark says so itself, at its time
            value = _NOTHING
        if value is _NOTHING:
            raise self.refusal(node)
        return constant(kind, _python(value, kind))

    def literal(self, node: Node) -> Any:
        """Return the value of an operand that is no column. Raises NeedsSpark for another."""
        if node.place not in self.fixed:
            raise NeedsSpark("has a condition with a pattern or list that differs from row to row")
        return _single(self._constant(node))

    def kind_of(self, node: Node) -> pa.DataType:
        about = node.about.get("dataType")
        if about is None:
            about = self.tree.java(node).dataType().typeName()
        return arrow_type(about, node.kind)


_NOTHING = object()
_LITERALS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("byte", "short", "integer", "long"), int),
    **dict.fromkeys(("float", "double"), float),
    "string": str,
}


def arrow_type(about: Any, what: str) -> pa.DataType:
    """Return the type that Catalyst's JSON names. Raises NeedsSpark for one that is not ours."""
    simple = isinstance(about, str) and re.fullmatch(
        r"boolean|byte|short|integer|long|float|double|string|binary|date|timestamp|decimal\(.*\)",
        about,
    )
    if not simple and not (isinstance(about, dict) and about.get("type") == "array"):
        shown = about.get("type") if isinstance(about, dict) else about
        raise NeedsSpark(f"has a condition with a value of type {shown} ({what})")
    return to_arrow_type(_parse_datatype_json_value(about), timezone="UTC")


def constant(kind: pa.DataType, value: Any) -> Expression:
    """Return an expression that has one value in all rows."""
    scalar = pa.scalar(value, kind)
    return Expression(kind, lambda batch: Value(pa.repeat(scalar, batch.num_rows)))


def _single(expression: Expression) -> Any:
    one_row = pa.RecordBatch.from_pydict({"row": [None]})
    return expression.run(one_row).array[0].as_py()


def _python(value: Any, kind: pa.DataType) -> Any:
    """Return a value of the JVM as pyarrow takes it; times are counts already."""
    if value is None or pa.types.is_binary(kind):
        return value
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value.toString())
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else value.toString()
    return value


def applied(
    kind: pa.DataType, kernel: Kernel, *operands: Expression, can_fail: bool = False
) -> Expression:
    """Return the expression that a kernel makes of others."""
    runs = tuple(operand.run for operand in operands)
    can_fail = can_fail or any(operand.can_fail for operand in operands)
    return Expression(kind, lambda batch: kernel(*(run(batch) for run in runs)), can_fail)


def _attribute(self: _Translation, node: Node) -> Expression:
    name = node.about["name"]
    return Expression(self.kind_of(node), lambda batch: Value(batch[name]))


def _child(self: _Translation, node: Node) -> Expression:
    """Translate the one child of an alias, or of a function that stands for an expression."""
    [child] = node.children
    return self.of(child)


def _with(self: _Translation, node: Node) -> Expression:
    """Translate an expression that refers to one common part from several places."""
    child, *definitions = node.children
    if len(definitions) > 1 or self.shared:
        raise NeedsSpark("has a condition with several common parts")
    defined = self.of(definitions[0].children[0])
    if defined.can_fail:  # Spark computes it once, and beforehand
        raise NeedsSpark("has a condition with a common part that may overflow")
    self.shared[0] = defined
    found = self.of(child)
    self.shared.clear()
    return found


def _reference(self: _Translation, node: Node) -> Expression:
    return self.shared[0]


def _null_if(self: _Translation, node: Node) -> Expression:
    predicate, value = self.operands(node)
    return applied(value.kind, kernels.choice, predicate, constant(value.kind, None), value)


def _if(self: _Translation, node: Node) -> Expression:
    predicate, then, otherwise = self.operands(node)
    return _one_kind([then, otherwise], kernels.choice, predicate, then, otherwise)


def _case(self: _Translation, node: Node) -> Expression:
    operands = self.operands(node)
    pairs = len(operands) // 2
    conditions, values = operands[: 2 * pairs : 2], operands[1 : 2 * pairs : 2]
    found = operands[-1] if len(operands) % 2 else constant(values[0].kind, None)
    for condition, value in zip(reversed(conditions), reversed(values), strict=True):
        found = _one_kind([value, found], kernels.choice, condition, value, found)
    return found


def _coalesce(self: _Translation, node: Node) -> Expression:
    operands = self.operands(node)
    return _one_kind(operands, kernels.first_valid, *operands)


def _one_kind(values: list[Expression], kernel: Kernel, *operands: Expression) -> Expression:
    kinds = {value.kind for value in values}
    if len(kinds) > 1:
        raise NeedsSpark(f"has a condition with values of several types: {_listed(kinds)}")
    return applied(values[0].kind, kernel, *operands)


def _listed(kinds: set[pa.DataType]) -> str:
    return ", ".join(sorted(map(str, kinds)))


def _in(self: _Translation, node: Node) -> Expression:
    value, *options = node.children
    tested = self.of(value)
    found = [self.literal(option) for option in options]
    if not pa.types.is_floating(tested.kind):
        if not _is_comparable(tested.kind):
            raise self.refusal(node)
        known = pa.array(found, tested.kind)
        return applied(pa.bool_(), kernels.simple(kernels.one_of(known)), tested)
    if len(found) > _MOST_FLOATS:
        raise NeedsSpark(f"has a condition with a list of more than {_MOST_FLOATS} floats")
    equals = [
        applied(pa.bool_(), kernels.simple(kernels.equal), tested, constant(tested.kind, option))
        for option in found
    ]
    either = equals[0]
    for one in equals[1:]:
        either = applied(pa.bool_(), kernels.any_of, either, one)
    return either


def _cast(self: _Translation, node: Node) -> Expression:
    [operand] = self.operands(node)
    kind = self.kind_of(node)
    kernel = casting(operand.kind, kind)
    if kernel is None:
        raise NeedsSpark(f"has a condition that casts {operand.kind} to {kind}")
    return operand if operand.kind == kind else applied(kind, kernels.simple(kernel), operand)


def casting(given: pa.DataType, wanted: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    """Return a kernel that casts as Spark does and never fails; None if there is none."""
    if given == wanted:
        return lambda array: array
    is_number = pa.types.is_integer(given) or pa.types.is_floating(given)
    if is_number and pa.types.is_boolean(wanted):
        return lambda array: pc.not_equal(array, pa.scalar(0, given))
    if pa.types.is_decimal(wanted) and (pa.types.is_integer(given) or pa.types.is_decimal(given)):
        return _to_decimal(given, wanted)
    widens = pa.types.is_integer(given) and (
        pa.types.is_floating(wanted)
        or (pa.types.is_integer(wanted) and wanted.bit_width > given.bit_width)
    )
    if widens or (pa.types.is_floating(given) and pa.types.is_floating(wanted)):
        return lambda array: pc.cast(array, wanted, safe=False)
    return None


_DIGITS = {8: 3, 16: 5, 32: 10, 64: 20}  # of whole numbers of so many bits


def _to_decimal(given: pa.DataType, wanted: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    """Return a cast to a decimal with room for every value of the type; None if it has none."""
    whole, scale = _DIGITS.get(given.bit_width, 0), 0
    if pa.types.is_decimal(given):
        whole, scale = given.precision - given.scale, given.scale
    if wanted.precision - wanted.scale < whole or wanted.scale < scale:
        return None
    return lambda array: pc.cast(array, wanted)


def _text(kernel: Callable[[str], Callable[[pa.Array], pa.Array]]) -> Handler:
    """Return a handler of a text and a literal, which `kernel` is given."""

    def handled(self: _Translation, node: Node) -> Expression:
        tested, pattern = self.of(node.children[0]), self.literal(node.children[1])
        if tested.kind != pa.string() or pattern is None:
            raise self.refusal(node)
        return applied(pa.bool_(), kernels.simple(kernel(pattern)), tested)

    return handled


def _like(self: _Translation, node: Node) -> Expression:
    if str(self.tree.java(node).escapeChar()) != "\\":
        raise NeedsSpark("has a condition with an escape character of its own")
    return _text(lambda pattern: lambda texts: pc.match_substring_regex(texts, as_regex(pattern)))(
        self, node
    )


def as_regex(pattern: str) -> str:
    """Return what RE2 matches where Spark's `like` does. Raises NeedsSpark for a wrong pattern."""
    parts = re.findall(r"\\[\\%_]|[^\\]", pattern, re.DOTALL)
    if "".join(parts) != pattern:
        raise NeedsSpark(f"has a condition with the pattern {pattern!r}, which is no right one")
    wild = {"%": ".*", "_": "."}
    found = (wild.get(part) or f"\\x{{{ord(part[-1]):x}}}" for part in parts)
    return f"(?s)\\A{''.join(found)}\\z"


def _length(self: _Translation, node: Node) -> Expression:
    [operand] = self.operands(node)
    if operand.kind == pa.string() and node.kind == "Length":
        return applied(pa.int32(), kernels.simple(pc.utf8_length), operand)
    if operand.kind in (pa.string(), pa.binary()):
        return applied(pa.int32(), kernels.simple(pc.binary_length), operand)
    raise self.refusal(node)


def _size(self: _Translation, node: Node) -> Expression:
    [operand] = self.operands(node)
    if node.about["legacySizeOfNull"] or not pa.types.is_list(operand.kind):
        raise self.refusal(node)
    return applied(pa.int32(), kernels.simple(pc.list_value_length), operand)


def _truth(kernel: Kernel) -> Handler:
    """Return a handler of operators that look at operands of any type and give a boolean."""

    def handled(self: _Translation, node: Node) -> Expression:
        return applied(pa.bool_(), kernel, *self.operands(node))

    return handled


def _plain(name: str) -> Handler:
    """Return a handler of sums, differences, products; decimals get the type that Spark gives."""

    def handled(self: _Translation, node: Node) -> Expression:
        operands = self.operands(node)
        if all(pa.types.is_decimal(operand.kind) for operand in operands):
            return _of_decimals(self, node, getattr(pc, name), operands)
        return _of_numbers(self, node, kernels.arithmetic(name), operands)

    return handled


def _of_decimals(
    self: _Translation, node: Node, kernel: Callable[..., pa.Array], operands: list[Expression]
) -> Expression:
    try:
        made = kernel(*(pa.array([], operand.kind) for operand in operands)).type
    except pa.ArrowInvalid:  # more than 38 digits
        raise self.refusal(node) from None
    java = self.tree.java(node).dataType()
    if (made.precision, made.scale) != (java.precision(), java.scale()):
        raise self.refusal(node)
    return applied(made, kernels.simple(kernel), *operands)


def _numbers(kernel: Kernel) -> Handler:
    return lambda self, node: _of_numbers(self, node, kernel, self.operands(node))


def _floats(kernel: Kernel) -> Handler:
    def handled(self: _Translation, node: Node) -> Expression:
        operands = self.operands(node)
        if not all(pa.types.is_floating(operand.kind) for operand in operands):
            raise self.refusal(node)
        return _of_numbers(self, node, kernel, operands)

    return handled


def _of_numbers(
    self: _Translation, node: Node, kernel: Kernel, operands: list[Expression]
) -> Expression:
    kinds = {operand.kind for operand in operands}
    if len(kinds) > 1 or not all(map(_is_number, kinds)):
        raise self.refusal(node)
    return self.arithmetic(node, kernel, operands)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_comparable(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind)


Handler = Callable[[_Translation, Node], Expression]

# Kernels whose operands all have one type, which `allowed` judges.
_OPERATORS: dict[str, tuple[Callable[[pa.DataType], bool], Kernel]] = {
    "And": (pa.types.is_boolean, kernels.both),
    "Or": (pa.types.is_boolean, kernels.any_of),
    "Not": (pa.types.is_boolean, kernels.simple(pc.invert)),
    "EqualTo": (_is_comparable, kernels.simple(kernels.equal)),
    "EqualNullSafe": (_is_comparable, kernels.same),
    "LessThan": (_is_comparable, kernels.simple(kernels.less)),
    "LessThanOrEqual": (_is_comparable, kernels.simple(kernels.at_most)),
    "GreaterThan": (_is_comparable, kernels.simple(kernels.greater)),
    "GreaterThanOrEqual": (_is_comparable, kernels.simple(kernels.at_least)),
    "Least": (_is_comparable, kernels.extreme(kernels.less)),
    "Greatest": (_is_comparable, kernels.extreme(kernels.greater)),
    "IsNaN": (pa.types.is_floating, kernels.is_nan),
}
_KEEP_KIND = {"Least", "Greatest"}

_HANDLERS: dict[str, Handler] = {
    "Alias": _child,
    "AttributeReference": _attribute,
    "Between": _child,
    "CaseWhen": _case,
    "Cast": _cast,
    "Coalesce": _coalesce,
    "CommonExpressionRef": _reference,
    "If": _if,
    "In": _in,
    "NullIf": _child,
    "NullIfResult": _null_if,
    "Nvl": _child,
    "With": _with,
    "IsNull": _truth(kernels.is_null),
    "IsNotNull": _truth(kernels.is_valid),
    "Length": _length,
    "OctetLength": _length,
    "Size": _size,
    "Contains": _text(lambda part: lambda texts: pc.match_substring(texts, part)),
    "StartsWith": _text(lambda part: lambda texts: pc.starts_with(texts, part)),
    "EndsWith": _text(lambda part: lambda texts: pc.ends_with(texts, part)),
    "Like": _like,
    "Add": _plain("add"),
    "Subtract": _plain("subtract"),
    "Multiply": _plain("multiply"),
    "Divide": _floats(kernels.quotient),
    "Remainder": _numbers(kernels.remainder),
    "UnaryMinus": _numbers(kernels.negative),
    "Abs": _numbers(kernels.absolute),
}
