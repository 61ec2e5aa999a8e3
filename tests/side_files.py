"""Small files of the names that the published recipes give to what their users bring."""

import json
from pathlib import Path

import numpy as np

from tests.score.tiny import local_dir

WORDS = ["dog", "cat", "red dog"]


def write_side_files(folder: Path) -> None:
    """Write entry lists, a dictionary, clusters and a network, to be named from this folder."""
    np.save(folder / "centroids.npy", np.eye(768, dtype=np.float32))
    np.save(folder / "imagenet_clusters.npy", np.array([3, 7]))
    demo = folder / "build" / "demo"
    (demo / "sample").mkdir(parents=True)
    for path in (folder / "metadata.json", demo / "sample" / "entries.json"):
        path.write_text(json.dumps(WORDS))
    (folder / "metadata").mkdir()
    (folder / "metadata" / "en.json").write_text(json.dumps(WORDS))
    home = Path(local_dir(demo, "tiny-a").removeprefix("local-dir:"))
    home.rename(demo / "dfn")
    _write_dictionary(folder)


def _write_dictionary(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pytest

    from crawl2clip.__main__ import main

    words = [{"term": word, "gloss": f"what one calls {word}"} for word in WORDS]
    pq.write_table(pa.Table.from_pylist(words), folder / "words.parquet")
    to = str(folder / "dictionary.json")
    with pytest.raises(SystemExit) as ended:
        main(["dictionary", "--table", str(folder / "words.parquet"), "--to", to])
    assert ended.value.code == 0
