"""Build a sample from its settings, step by step."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawl2clip.synthetic_web import captions, damage
from crawl2clip.synthetic_web.crawl import NAME, Member, crawl
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.encoding import encoded, sha256
from crawl2clip.synthetic_web.entries import entries
from crawl2clip.synthetic_web.image_store import ImageStore
from crawl2clip.synthetic_web.pictures import Picture, evaluation_pictures
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.server import served
from crawl2clip.synthetic_web.settings import SampleSettings
from crawl2clip.synthetic_web.site import Site, make_site
from crawl2clip.synthetic_web.truth_table import write_truth
from crawl2clip.synthetic_web.wat import write_wat
from crawl2clip.synthetic_web.web import Web

SETTINGS_FILE = "sample.json"
# Seconds of the sample's time between the crawls of two archives.
_BETWEEN = 100_000


def make(folder: Path, settings: SampleSettings, progress: Callable[[str], None]) -> None:
    """Fill the folder; sample.json is written last, so a sample without it is incomplete."""
    progress(f"drawing {settings.pictures} pictures")
    evaluation = evaluation_pictures(settings)
    store = ImageStore(
        Web(folder / "web", settings.port), settings, _evaluation(folder, settings, evaluation)
    )
    site = make_site(store, evaluation)
    store.web.save()
    progress(f"crawling {len(site.pages)} pages")
    with served(folder / "web", settings.port):
        archives = _crawl(folder, site, settings)
    progress("describing and damaging the archives")
    _describe(folder, archives, site, settings.seed)
    lost = _damage(folder, archives)
    warcs = {m.url: f"warc/{name}" for name, members in archives.items() for m in members}
    truth = write_truth(folder / "truth.parquet", site, store.fetched, warcs, lost)
    spaced = pc.field("is_true") & ~pc.field("lang").isin(captions.UNSPACED)
    texts = truth.filter(spaced)["text"].to_pylist()
    _write_json(folder / "entries.json", entries(texts))
    _write_json(
        folder / SETTINGS_FILE, {"settings": asdict(settings), "counts": _counts(truth, folder)}
    )


def _evaluation(
    folder: Path, settings: SampleSettings, pictures: list[Picture]
) -> dict[str, bytes]:
    """Draw and list the evaluation set; return its bytes by path in the sample."""
    (folder / "evaluation").mkdir()
    rows, files = [], {}
    for picture in pictures:
        image = draw(picture.scene, rng(settings.seed, "draw", picture.scene.id))
        files[picture.target] = data = encoded(image, picture.format)
        (folder / picture.target).write_bytes(data)
        text = captions.caption(
            picture.scene, "en", rng(settings.seed, "caption", picture.scene.id)
        )
        rows.append({
            "image": picture.target, "sha256": sha256(data), "text": text,
            "scene_id": picture.scene.id, "width": image.width, "height": image.height,
        })  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), folder / "evaluation" / "evaluation.parquet")
    return files


def _crawl(folder: Path, site: Site, settings: SampleSettings) -> dict[str, list[Member]]:
    """Record pages, robots.txt files and failing pages; return the pages' records by file name."""
    urls, each = list(site.pages), -(-len(site.pages) // settings.warcs)
    archives = {}
    for i in range(settings.warcs):
        name, part = NAME.format(i), urls[i * each : (i + 1) * each]
        archives[name] = crawl(part, folder / "warc" / name, settings.seed, i * _BETWEEN)
    crawl(site.robots, folder / "robotstxt" / NAME.format(0), settings.seed, 0)
    crawl(site.diagnostics, folder / "crawldiagnostics" / NAME.format(0), settings.seed, 0)
    return archives


def _describe(folder: Path, archives: dict[str, list[Member]], site: Site, seed: int) -> None:
    charsets = {url: page.charset for url, page in site.pages.items()}
    wats = {name: name.replace(".warc.gz", ".warc.wat.gz") for name in archives}
    for name, members in archives.items():
        write_wat(folder / "warc" / name, folder / "wat" / wats[name], members, charsets, seed)
    _write_paths(folder / "warc.paths.gz", [f"warc/{name}" for name in archives])
    _write_paths(folder / "wat.paths.gz", [f"wat/{name}" for name in wats.values()])


def _damage(folder: Path, archives: dict[str, list[Member]]) -> set[str]:
    """Damage the second archive and the last; return the pages that are lost."""
    names = list(archives)
    flipped = damage.flip_bytes(folder / "warc" / names[1], archives[names[1]])
    return {flipped, damage.cut_off(folder / "warc" / names[-1], archives[names[-1]])}


def _counts(truth: pa.Table, folder: Path) -> dict[str, object]:
    kinds = Counter(kind for kinds in truth["kind"].to_pylist() for kind in kinds or ["clean"])
    return {
        "pairs": truth.num_rows,
        "images": len(list((folder / "web" / "images").iterdir())),
        "kind": dict(sorted(kinds.items())),
        **{column: _values(truth, column) for column in _COUNTED},
    }


_COUNTED = ("lang", "outcome", "found_in", "text_source", "duplicate_kind", "charset")


def _values(truth: pa.Table, column: str) -> dict[str, int]:
    counts = Counter(value for value in truth[column].to_pylist() if value is not None)
    return dict(sorted(counts.items()))


def _write_paths(path: Path, lines: list[str]) -> None:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
