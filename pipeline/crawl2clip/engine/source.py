"""Sources of a run's pairs: archives, or a Parquet table that has url and text already."""

from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.fingerprint import digest
from crawl2clip.engine.table_source import column_names, foreign_inputs, read_pairs
from crawl2clip.engine.worker_executor import TaskInputs
from crawl2clip.extract.limits.read_settings import DEFAULTS, Settings, options
from crawl2clip.extract.warc_pairs import COLUMNS, ReadArchive
from crawl2clip.io import manifest, remote
from crawl2clip.io.redaction import without_secrets
from crawl2clip.recipe import RecipeError
from crawl2clip.schema import columns

WHAT_WORKS = (
    "give a .warc.gz or .warc.wat.gz file, a glob of them, a list of paths (warc.paths.gz), "
    "or a Parquet folder with the columns url and text"
)


@dataclass(frozen=True)
class Source:
    """A place to read pairs from, as the user named it.

    A folder, or a path that ends in .parquet, is a Parquet table; all else is WARC files. It is
    read by the whole address, with user, password and signature; `shown` is without them.

    base: where the relative paths of a list start, if not where the list lies.
    """

    path: str = field(repr=False)
    base: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """Return the path that names the source in reports and messages, without secrets."""
        return ",".join(map(without_secrets, manifest.split(self.path)))

    @property
    def is_table(self) -> bool:
        """Return whether this is a table. Raises RecipeError if its store can't be asked."""
        if self.path.rstrip("/").endswith(".parquet"):
            return True
        try:
            found = remote.info(self.path)
        except (OSError, ValueError) as error:
            raise RecipeError(f"{self.shown}: {error}") from None
        return found is not None and found["type"] == "directory"

    def pairs(self, spark: SparkSession, read: Settings = DEFAULTS) -> DataFrame:
        """Return all pairs, read lazily. Raises RecipeError if there is nothing to read.

        read: what is read from archives; a table is taken as it is.
        """
        if self.is_table:
            return read_pairs(spark, self.path)
        self._archives()
        given = {"source": self.path, **options(read)}
        if self.base:
            given["base"] = self.base
        return spark.read.format("warc_pairs").options(**given).load()

    def task_inputs(self, spark: SparkSession, read: Settings = DEFAULTS) -> TaskInputs:
        """Return the inputs of tasks that read the source themselves.

        Raises NeedsSpark for a table that only Spark reads, RecipeError if there is nothing.
        """
        if self.is_table:
            return foreign_inputs(spark, self.path, self.empty(spark).schema)
        return TaskInputs(self._archives(), ReadArchive(read), columns(*COLUMNS))

    def empty(self, spark: SparkSession) -> DataFrame:
        """Return no pairs, with the columns that the source has; archives are not touched."""
        if self.is_table:
            return read_pairs(spark, self.path).limit(0)
        return no_pairs(spark)

    def fingerprint(self, read: Settings = DEFAULTS) -> dict[str, object]:
        """Return how many files there are, a hash of their names, sizes and times, and `read`.

        It changes when the source does, or what is read from archives.
        """
        paths = self._files() if self.is_table else self._archives()
        read_as = {} if self.is_table else {"read": options(read)}
        try:
            content = digest(manifest.describe(paths))
        except OSError as error:
            raise RecipeError(f"{self.shown}: {error}") from None
        return {**read_as, "source": self.shown, "files": len(paths), "content": content}

    def read_by(self) -> tuple[str, frozenset[str]]:
        """Return the module that makes rows of the source, and the columns of a table."""
        if self.is_table:
            return read_pairs.__module__, frozenset(column_names(self.path))
        return ReadArchive.__module__, frozenset()

    def _archives(self) -> list[str]:
        try:
            return manifest.paths(self.path, self.base)
        except ValueError as error:
            raise RecipeError(f"{error}; {WHAT_WORKS}") from None
        except OSError as error:
            raise RecipeError(f"{self.shown}: {error}") from None

    def _files(self) -> list[str]:
        files, path = remote.store(self.path)
        return [files.unstrip_protocol(name) for name in sorted(files.find(path))]


@dataclass(frozen=True)
class SourceInput:
    """The input of a run's first job, problems included. read: what is read from archives."""

    source: Source
    read: Settings

    def pairs(self, spark: SparkSession) -> DataFrame:
        """Return the pairs, read lazily. Raises RecipeError if there is nothing to read."""
        return self.source.pairs(spark, self.read)

    def empty(self, spark: SparkSession) -> DataFrame:
        """Return no pairs, with all columns; archives are not touched."""
        return self.source.empty(spark)

    def task_inputs(self, spark: SparkSession) -> TaskInputs:
        """Return the inputs of tasks that read the source themselves. Raises NeedsSpark."""
        return self.source.task_inputs(spark, self.read)


def no_pairs(spark: SparkSession) -> DataFrame:
    """Return an empty table with the columns that archives give."""
    return spark.createDataFrame([], columns(*COLUMNS))
