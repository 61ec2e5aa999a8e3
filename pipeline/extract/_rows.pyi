from pipeline.extract.offers import Image
from pipeline.extract.rows import Candidate, Row

def rows(
    common: Row, images: list[Image], base: str | None, candidate: type[Candidate]
) -> list[Row]: ...
