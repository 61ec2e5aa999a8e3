"""Keep pairs by a condition in Spark SQL."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.sql_conditions import condition
from crawl2clip.stage import Filter, is_problem, stage


@stage
class Where(Filter):
    """Keep pairs for which `condition`, a Spark SQL expression over the columns, is true.

    Null counts as false: `clip_score >= 0.28` drops pairs without a score. A condition that reads
    anything but its row (`java_method`, a subquery, the session's user, a file) or that is not
    deterministic (`rand()`, `now()`) is refused with a ValueError unless the command has
    `--allow-code`.
    """

    main = "condition"

    condition: str

    def keep(self) -> Column:
        return F.expr(self.condition).cast("boolean")

    def stays(self, pairs: DataFrame) -> Column:
        keep = condition(pairs, self.condition).cast("boolean")
        return F.coalesce(keep, F.lit(False)) | is_problem(pairs)
