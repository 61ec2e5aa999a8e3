"""Tables made by others as sources: types that fit the columns, texts that are UTF-8."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DateType,
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

from crawl2clip.engine.parquet_splits import file_splits
from crawl2clip.engine.table_rows import MOST_BYTES, ReadForeign
from crawl2clip.engine.worker_executor import TaskInputs, arrow_schema
from crawl2clip.io import remote
from crawl2clip.io.printable import printable
from crawl2clip.recipe import RecipeError
from crawl2clip.schema import COLUMNS
from crawl2clip.spark.address_columns import without_users
from crawl2clip.spark.arrow_step import NeedsSpark

_AT_ONCE = 32  # footers that are read at a time, from stores that answer slowly
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

# Types of which Spark and Arrow make the same values.
_PLAIN = (
    *(BinaryType, BooleanType, ByteType, DateType, DoubleType, FloatType, IntegerType, LongType),
    *(ShortType, StringType, TimestampNTZType, TimestampType),
)
_PLAIN_NAMES = {kind().simpleString() for kind in _PLAIN}  # a text with a collation has another
_LARGE = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}


def read_pairs(spark: SparkSession, path: str) -> DataFrame:
    """Return the table as pairs, each with a uid, and no user or password in its addresses.

    Raises RecipeError if it can't be read, or has no url or no text.
    """
    pairs = read_table(spark, path)
    missing = {"url", "text"} - set(pairs.columns)
    if missing:
        there = ", ".join(pairs.columns)
        raise RecipeError(f"{path} has no column {' and '.join(sorted(missing))}; it has {there}")
    pairs = without_users(pairs)
    if "uid" in pairs.columns:
        return pairs
    # The same identity that archives give, so that both doors lead to the same draws.
    return pairs.withColumn("uid", F.md5(F.concat_ws("\0", "url", "text").cast("binary")))


def column_names(path: str) -> set[str]:
    """Return the columns of the first files, and those in names of folders, as in `lang=en`.

    Uses no Spark and raises no error: `read_table` reports which file is no Parquet.
    """
    files, place = remote.store(path)
    data = (name for name in sorted(files.find(place)) if not _is_hidden(name))
    found: set[str] = set()
    for name in itertools.islice(data, FOOTERS):
        found |= {part.partition("=")[0] for part in name.split("/")[:-1] if "=" in part}
        found |= _columns(files, name)
    return found


def _is_hidden(name: str) -> bool:
    return name.rpartition("/")[2].startswith((".", "_"))


def _columns(files: AbstractFileSystem, name: str) -> set[str]:
    try:
        with files.open(name, "rb") as file:
            return set(pq.read_schema(file).names)
    except (pa.ArrowException, OSError):
        return set()


def read_table(spark: SparkSession, path: str) -> DataFrame:
    """Return the table as `sound` makes it. Raises RecipeError if it is none, or can't be read."""
    return sound(_raw_table(spark, path), path)


def _raw_table(spark: SparkSession, path: str) -> DataFrame:
    """Read the table as it is: if a folder has files that end in .parquet, only those."""
    named = _refuse_broken(path)
    reader = spark.read.option("pathGlobFilter", "*.parquet") if named else spark.read
    try:
        return reader.parquet(path)
    except AnalysisException as error:
        why = str(error.getMessage() or error).strip().splitlines()[0]
    except Py4JJavaError as error:
        why = str(error.java_exception.getMessage()).strip().splitlines()[0]
    raise RecipeError(f"{path} holds no Parquet table: {printable(why)}")


def foreign_inputs(spark: SparkSession, path: str, schema: StructType) -> TaskInputs:
    """Return the inputs of tasks that read the table without Spark.

    schema: of the table as the first step gets it. Raises NeedsSpark if the files have columns that
    workers do not read exactly as Spark does.
    """
    raw = _raw_table(spark, path)
    _refuse_columns(raw.schema)
    given = arrow_schema(raw.schema)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sizes = dict(pool.map(lambda name: _looked_at(name, given), _files(raw)))
    wanted = {
        field.name: to_arrow_type(_wanted(field.name, field.dataType, path), timezone="UTC")
        for field in raw.schema
    }
    splits = file_splits(sizes, spark.sparkContext.defaultParallelism)
    return TaskInputs(splits, ReadForeign(given, wanted), schema)


def _files(table: DataFrame) -> list[str]:
    """List the files that Spark would read, by name: it expands globs and skips hidden files."""
    found = map(urlsplit, sorted(table.inputFiles()))
    return [
        f"{url.scheme}://{url.netloc}{unquote(url.path)}"
        if url.scheme != "file"
        else unquote(url.path)
        for url in found
    ]


def _refuse_columns(schema: StructType) -> None:
    """Raise NeedsSpark for a type of which Spark and Arrow make different things."""
    names = [name.lower() for name in schema.names]
    if len(set(names)) < len(names):
        raise NeedsSpark("has columns that differ by case alone")
    for field in schema:
        if not _is_plain(field.dataType):
            shown = printable(field.dataType.simpleString())
            raise NeedsSpark(f"has the column {printable(field.name)} of type {shown}")


def _is_plain(kind: DataType) -> bool:
    if isinstance(kind, ArrayType):
        return _is_plain(kind.elementType)
    if isinstance(kind, StructType):
        return all(_is_plain(field.dataType) for field in kind)
    return isinstance(kind, _PLAIN) and kind.simpleString() in _PLAIN_NAMES


def _looked_at(name: str, given: pa.Schema) -> tuple[str, int]:
    """Return the file and its size in bytes. Raises NeedsSpark if it has other columns."""
    files, place = remote.store(name)
    with files.open(place, "rb") as file:
        found = pq.read_schema(file)
    same = set(found.names) == set(given.names) and len(found.names) == len(given.names)
    if not same or not all(_is_read_as(found.field(f.name).type, f.type) for f in given):
        raise NeedsSpark(f"has other columns, or types, in {PurePosixPath(place).name}")
    return name, int(files.info(place)["size"])


def _is_read_as(found: pa.DataType, given: pa.DataType) -> bool:
    """Return whether Arrow and Spark make the same values of the type that the file has."""
    if pa.types.is_list(given) and (pa.types.is_list(found) or pa.types.is_large_list(found)):
        return _is_read_as(found.value_type, given.value_type)
    if pa.types.is_struct(given) and pa.types.is_struct(found):
        names = [[field.name for field in kind] for kind in (found, given)]
        return names[0] == names[1] and all(map(_is_read_as, *map(_types, (found, given))))
    if pa.types.is_timestamp(given) and pa.types.is_timestamp(found):
        return found.unit in ("ms", "us") and (found.tz is None) == (given.tz is None)
    return found in (given, _LARGE.get(given))


def _types(kind: pa.StructType) -> list[pa.DataType]:
    return [field.type for field in kind]


def _refuse_broken(path: str) -> bool:
    """Return whether any file ends in .parquet. Raises RecipeError if one has a bad footer."""
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
    """Return the column's type after reading: its own if it is none of ours. Raises RecipeError."""
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
    """Return whether the types are equal but for nullability and comments."""
    if isinstance(given, ArrayType) and isinstance(wanted, ArrayType):
        return _same(given.elementType, wanted.elementType)
    if isinstance(given, StructType) and isinstance(wanted, StructType):
        pairs = zip(given.fields, wanted.fields, strict=False)
        return given.names == wanted.names and all(_same(a.dataType, b.dataType) for a, b in pairs)
    return type(given) is type(wanted)


def _checked(column: Column, given: DataType, wanted: DataType) -> tuple[Column, dict[str, Column]]:
    """Return the column as it is kept, what can be wrong with a value, and when it is."""
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
    """Return whether a value is all UTF-8, null counting as such; None for types without texts."""
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
