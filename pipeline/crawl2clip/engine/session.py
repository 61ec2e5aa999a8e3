"""The SparkSession: made here for local runs, brought by spark-submit on a cluster."""

import logging
import os
import sys
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from crawl2clip.extract import warc_pairs
from crawl2clip.io.redaction import JAVA_PATTERN
from crawl2clip.spark.sql_conditions import ALLOW_CODE

JAVA_OPTIONS = (
    f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"
)

# As on a cluster. Spark tries nothing again on one machine; but what ends a worker twice is read
# with more care the third time (`extract.warc_pairs`). A bug is met as often before the run ends.
TRIES = 4

# What rows depend on, or their counts: a part of each job's fingerprint.
OF_RESULTS = {
    "spark.sql.session.timeZone": "UTC",
    # Where a shuffle turns out empty this rule cuts off what lies behind it, the counts too.
    "spark.sql.adaptive.optimizer.excludedRules": (
        "org.apache.spark.sql.execution.adaptive.AQEPropagateEmptyRelation"
    ),
}
# And what memory or secrets depend on, so the same for every master.
SETTINGS = {
    **OF_RESULTS,
    # Rows may hold images, and 10,000 of them gigabytes. Spark cuts at whichever comes first.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.execution.arrow.maxBytesPerBatch": "64m",
    # Plans name what is read and written: on the pages of a running session, and in its event log.
    "spark.sql.redaction.string.regex": JAVA_PATTERN,
}

# What Spark never shows of its settings, of the command line that they came with among others. The
# first part is its own default.
REDACTED = f"(?i)secret|password|token|access[.]?key|{JAVA_PATTERN}"


def local_session(cores: int | str = "*", **conf: str) -> SparkSession:
    """Start a session in this process on `cores` cores, quiet, on the loopback address only.

    A session that exists already keeps its settings, but for those that results depend on.
    """
    if running := SparkSession.getActiveSession():
        return prepare(running)
    # Workers would otherwise be the system's Python, which has none of our packages.
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{cores},{TRIES}]").appName("crawl2clip")
    defaults = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "4g"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        "spark.log.level": "ERROR",
        "spark.python.daemon.module": "crawl2clip.engine.pyspark_daemon",
        "spark.driver.extraJavaOptions": JAVA_OPTIONS,
        "spark.redaction.regex": REDACTED,
    }
    for key, value in (defaults | conf).items():
        builder = builder.config(key, value)
    return prepare(builder.getOrCreate())


def session(cores: int | str = "*", allow_code: bool = False) -> SparkSession:
    """Return the session that spark-submit configured; else a local one on so many cores.

    allow_code: whether conditions may be any Spark SQL. If false, the session's own conf decides.
    """
    if "PYSPARK_GATEWAY_PORT" in os.environ:  # set by spark-submit alone
        builder = SparkSession.builder.appName("crawl2clip")
        spark = prepare(builder.config("spark.redaction.regex", REDACTED).getOrCreate())
    else:
        spark = local_session(cores)
    if allow_code:
        spark.conf.set(ALLOW_CODE, "true")
    return spark


def prepare(spark: SparkSession) -> SparkSession:
    """Give any session the settings that results depend on, and the `warc_pairs` format."""
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        # They print a page of JSON for each exception, which says the same.
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL)
    warc_pairs.register(spark)
    return spark
