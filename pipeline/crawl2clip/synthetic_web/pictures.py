"""Plan the pictures of the web: their kinds, scenes and addresses."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import quote

from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.scenes import Scene, random_scene
from crawl2clip.synthetic_web.settings import PICTURE_KINDS, SampleSettings

COPIES = ("exact_duplicate", "recompressed", "resized", "cropped")
# Beyond the last host that a sample may have: nothing ever listens there.
DEAD_HOST = "127.0.0.253"
_FORMATS = ("jpg",) * 16 + ("png", "webp", "webp", "gif")
_FOLDERS = ("img", "media/2025/07", "static/pictures", "wp-content/uploads")


@dataclass(frozen=True)
class Picture:
    """Represents one address of a picture.

    kind: '' for a clean one. original: what a copy was made from. The page that shows it first is
    `number` modulo the number of pages.
    """

    number: int
    kind: str
    host: str
    target: str
    format: str
    scene: Scene
    original: "Picture | None" = None

    @property
    def variant(self) -> str:
        """Return the target of the second file of some kinds: smaller, or in another format."""
        stem, _, _ = self.target.partition("?")
        return f"{stem}.other.{'webp' if self.kind == 'picture' else 'jpg'}"


def hosts(settings: SampleSettings) -> list[str]:
    """Return the loopback addresses that stand for hosts."""
    return [f"127.0.0.{2 + i}" for i in range(settings.hosts)]


def pictures(settings: SampleSettings, evaluation: list[Picture]) -> list[Picture]:
    """Return all pictures by number; copies come with the original they were made from."""
    planned = [_picture(settings, number, kind) for number, kind in enumerate(_kinds(settings))]
    clean = [p for p in planned if not p.kind and p.format == "jpg"]
    chosen = rng(settings.seed, "originals")
    return [_with_original(p, clean, evaluation, chosen) for p in planned]


def evaluation_pictures(settings: SampleSettings) -> list[Picture]:
    """Return the evaluation set, which is not on the web.

    Its pictures have the host '' and as target a path in the sample.
    """
    return [
        Picture(i, "", "", f"evaluation/{i:04d}.jpg", "jpg",
                random_scene(f"e{i:04d}", rng(settings.seed, "evaluation", i)))
        for i in range(settings.evaluation_pictures)
    ]  # fmt: skip


def _kinds(settings: SampleSettings) -> Iterator[str]:
    counts = settings.counts(PICTURE_KINDS)
    planted = [kind for kind in PICTURE_KINDS for _ in range(counts.get(kind, 0))]
    # Number 0 stays clean: it is the picture with very many texts.
    rest = [*planted, *[""] * (settings.pictures - 1 - len(planted))]
    rng(settings.seed, "kinds").shuffle(rest)
    yield ""
    yield from rest


def _picture(settings: SampleSettings, number: int, kind: str) -> Picture:
    random = rng(settings.seed, "picture", number)
    format = random.choice(_FORMATS)
    host = _host(settings, number, kind, random)
    sizes = {"tiny": (50, 50), "wide": (random.randint(480, 560), random.randint(120, 150))}
    scene = random_scene(f"s{number:05d}", rng(settings.seed, "scene", number), sizes.get(kind))
    return Picture(number, kind, host, _target(number, kind, format, random), format, scene)


def _host(settings: SampleSettings, number: int, kind: str, random: Random) -> str:
    """Return the picture's host, mostly that of the page that shows it."""
    there = hosts(settings)
    if kind == "refused":
        return DEAD_HOST
    if kind == "slow":
        return there[-1]
    if kind == "robots_txt":  # the hosts with even numbers keep robots out of /private/
        return random.choice(there[::2])
    own = there[number % settings.pages % settings.hosts]
    return own if random.random() < 0.75 else random.choice(there)


def _target(number: int, kind: str, format: str, random: Random) -> str:
    folder, name = random.choice(_FOLDERS), f"{number:05d}.{format}"
    if kind == "entity_url":
        return f"/{folder}/resize.php?file={name}&w=300&copy=2"
    if kind == "unsafe_url":
        return quote(f"/{folder}/{random.choice(('my picture', 'изображение', 'été 2025'))} {name}")
    return f"/private/{name}" if kind == "robots_txt" else f"/{folder}/{name}"


def _with_original(
    picture: Picture, clean: list[Picture], evaluation: list[Picture], random: Random
) -> Picture:
    if picture.kind not in (*COPIES, "evaluation"):
        return picture
    original = random.choice(evaluation if picture.kind == "evaluation" else clean)
    format, target = "jpg", picture.target.rsplit(".", 1)[0] + ".jpg"
    return replace(picture, format=format, target=target, scene=original.scene, original=original)
