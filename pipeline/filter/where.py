"""Any condition that Spark SQL can say."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipeline.stage import Filter, stage


@stage
class Where(Filter):
    """Keep pairs for which `condition`, a Spark SQL expression over the columns, is true.

    Null counts as no: `clip_score >= 0.28` drops pairs without a score.
    """

    main = "condition"

    condition: str

    def keep(self) -> Column:
        return F.expr(self.condition).cast("boolean")
