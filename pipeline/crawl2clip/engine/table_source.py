"""Tables of others' making as sources: types that fit the columns, texts that are texts."""

import itertools

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    ByteType,
    DataType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    ShortType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from crawl2clip.io import remote
from crawl2clip.io.printable import printable
from crawl2clip.recipe import RecipeError
from crawl2clip.schema import COLUMNS

MOST_BYTES = 10_000_000  # of a text, as many as a page has by default; Parquet takes gigabytes
FOOTERS = 20  # of files looked at beforehand: Spark logs a page for one that it can't read

# What else than its own type a column may have. Long numbers are cast, and those that do not fit
# are a problem. Doubles stay doubles: steps take both, and thresholds are written in their digits.
_TAKEN: dict[type[DataType], tuple[type[DataType], ...]] = {
    IntegerType: (ByteType, ShortType, LongType),
    LongType: (ByteType, ShortType, IntegerType),
    FloatType: (DoubleType,),
    DoubleType: (FloatType,),
    TimestampType: (TimestampNTZType,),  # the session's time zone is UTC
}


def read_table(spark: SparkSession, path: str) -> DataFrame:
    """Return the table as `sound` makes it. Raises RecipeError if it is none, or can't be read.

    In a folder with files that end in .parquet no other file is looked at.
    """
    named = _refuse_broken(path)
    reader = spark.read.option("pathGlobFilter", "*.parquet") if named else spark.read
    try:
        return sound(reader.parquet(path), path)
    except AnalysisException as error:
        why = str(error.getMessage() or error).strip().splitlines()[0]
    except Py4JJavaError as error:
        why = str(error.java_exception.getMessage()).strip().splitlines()[0]
    raise RecipeError(f"{path} holds no Parquet table: {printable(why)}")


def _refuse_broken(path: str) -> bool:
    """Whether there are files that end in .parquet. Raises RecipeError if one has a bad footer."""
    files, place = remote.store(path)
    named = (name for name in sorted(files.find(place)) if name.endswith(".parquet"))
    looked_at = list(itertools.islice(named, FOOTERS))
    for name in looked_at:
        try:
            with files.open(name, "rb") as file:
                pq.read_schema(file)
        except (pa.ArrowException, OSError) as error:
            raise RecipeError(f"{name} is no Parquet file: {printable(str(error))}") from None
    return bool(looked_at)


def sound(pairs: DataFrame, path: str) -> DataFrame:
    """Return the table with the types of `schema.COLUMNS`, and with texts that are UTF-8.

    A row whose text is no UTF-8 or has more than MOST_BYTES, or whose number does not fit its
    column, has a `problem`; one that has a problem keeps it. U+FFFD then stands for what is no
    UTF-8, and null for the rest. `path` names the table in errors.

    Raises RecipeError for a column of another type, saying how to mend that.
    """
    shown: dict[str, Column] = {}
    problems: list[Column] = []
    for field in pairs.schema:
        column = F.col(f"`{field.name.replace('`', '``')}`")
        wanted = _wanted(field.name, field.dataType, path)
        value, wrong = _checked(column, field.dataType, wanted)
        shown[field.name] = value
        problems += [F.when(bad, F.lit(f"{field.name} {why}")) for why, bad in wrong.items()]
    problem = shown.pop("problem", F.lit(None).cast("string"))
    shown["problem"] = F.coalesce(problem, *problems)
    return pairs.select(*(value.alias(name) for name, value in shown.items()))


def _wanted(name: str, given: DataType, path: str) -> DataType:
    """The type that the column gets: its own if it is none of ours. Raises RecipeError."""
    if name not in COLUMNS:
        return given
    wanted = COLUMNS[name][0]
    if _same(given, wanted):
        return given
    if type(given) not in _TAKEN.get(type(wanted), ()):
        right = wanted.simpleString()
        cast = f"cast({name} as {right})"
        raise RecipeError(
            f"{path}: column {name} is {printable(given.simpleString())}, and should be {right}: "
            f"write the table with {cast}, or under another name"
        )
    return given if isinstance(wanted, FloatType) else wanted


def _same(given: DataType, wanted: DataType) -> bool:
    """Whether they are equal but for what may be null, and for comments."""
    if isinstance(given, ArrayType) and isinstance(wanted, ArrayType):
        return _same(given.elementType, wanted.elementType)
    if isinstance(given, StructType) and isinstance(wanted, StructType):
        pairs = zip(given.fields, wanted.fields, strict=False)
        return given.names == wanted.names and all(_same(a.dataType, b.dataType) for a, b in pairs)
    return type(given) is type(wanted)


def _checked(column: Column, given: DataType, wanted: DataType) -> tuple[Column, dict[str, Column]]:
    """The column as it goes on; what can be wrong with a value, and when it is."""
    if isinstance(given, StringType):
        long = F.octet_length(column) > MOST_BYTES
        value = F.when(~long, F.make_valid_utf8(column))
        return value, {"is no UTF-8": ~F.is_valid_utf8(column), "is too long": long}
    if given != wanted and isinstance(given, LongType):
        value = column.try_cast(wanted)
        return value, {"is out of range": column.isNotNull() & value.isNull()}
    if given != wanted:
        return column.cast(wanted), {}
    valid = _valid(column, given)
    if valid is None:
        return column, {}
    return F.when(valid, column), {"is no UTF-8": ~valid}


def _valid(column: Column, kind: DataType) -> Column | None:
    """Whether all texts in it are UTF-8, null counting as one; None if it can hold none."""
    if isinstance(kind, StringType):
        return F.coalesce(F.is_valid_utf8(column), F.lit(True))
    if isinstance(kind, ArrayType):
        inner = _valid_elements(column, kind.elementType)
        return None if inner is None else F.coalesce(inner, F.lit(True))
    if isinstance(kind, MapType):
        entries = StructType().add("key", kind.keyType).add("value", kind.valueType)
        return _valid(F.map_entries(column), ArrayType(entries))
    if isinstance(kind, StructType):
        fields = [(field.name, field.dataType) for field in kind]
        found = [_valid(column.getField(name), inner) for name, inner in fields]
        there = [valid for valid in found if valid is not None]
        return F.coalesce(F.least(F.lit(True), *there), F.lit(True)) if there else None
    return None


def _valid_elements(column: Column, kind: DataType) -> Column | None:
    if _valid(F.lit(None).cast(kind), kind) is None:
        return None
    return F.forall(column, lambda element: _valid(element, kind))  # type: ignore[arg-type, return-value]
