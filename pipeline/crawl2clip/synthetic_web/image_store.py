"""Store the pictures of the web, and record what fetching each gives."""

from dataclasses import dataclass

from crawl2clip.synthetic_web import encoding
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.pictures import Picture
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.settings import SampleSettings
from crawl2clip.synthetic_web.web import Headers, Web


@dataclass(frozen=True)
class Fetched:
    """Records what an address gives; the fields are the truth's columns of the same names.

    scene_id is null where no picture comes that shows the scene.
    """

    outcome: str
    scene_id: str | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    duplicate_of: str | None = None
    duplicate_kind: str | None = None
    is_evaluation: bool = False
    opt_out: tuple[str, ...] = ()


class ImageStore:
    """Holds the web and, by URL, what is there: `fetched` knows every stored picture."""

    def __init__(self, web: Web, settings: SampleSettings, evaluation: dict[str, bytes]) -> None:
        self.web = web
        self.settings = settings
        self.evaluation = evaluation  # bytes by path in the sample
        self.fetched: dict[str, Fetched] = {}
        self.signals = 0  # opt-outs given so far: they take turns

    def url(self, picture: Picture) -> str:
        return self.web.url(picture.host, picture.target)

    def drawn(self, picture: Picture) -> bytes:
        """Return the scene as a file of the picture's format."""
        image = draw(picture.scene, rng(self.settings.seed, "draw", picture.scene.id))
        return encoding.encoded(image, picture.format)

    def put(
        self,
        picture: Picture,
        data: bytes,
        note: Fetched,
        content_type: str = "",
        headers: Headers = (),
        delay_seconds: float = 0.0,
    ) -> str:
        """Answer for the picture with `data`; the type is that of its format unless given."""
        body = (f"images/{picture.number:05d}.{picture.format}", data)
        kind = content_type or encoding.TYPES[picture.format]
        url = self.web.put(picture.host, picture.target, body, kind, 200, headers, delay_seconds)
        self.fetched[url] = note
        return url

    def bytes_of(self, original: Picture) -> bytes:
        """Return the stored bytes of a picture, or those of one of the evaluation set."""
        if not original.host:
            return self.evaluation[original.target]
        return self.web.body(original.host, original.target)

    def placeholder(self, host: str) -> str:
        """Return the address of the transparent pixel that stands in for lazy pictures there."""
        url = self.web.url(host, "/assets/blank.gif")
        if url not in self.fetched:
            body = ("images/blank.gif", encoding.PIXEL)
            self.web.put(host, "/assets/blank.gif", body, "image/gif")
            self.fetched[url] = facts(encoding.PIXEL, None)
        return url


def facts(
    data: bytes,
    scene_id: str | None,
    outcome: str = "ok",
    duplicate: tuple[str | None, str | None] = (None, None),
    is_evaluation: bool = False,
    opt_out: tuple[str, ...] = (),
) -> Fetched:
    """Describe a picture that arrives whole; duplicate: of what, and of which kind."""
    width, height = encoding.size_of(data)
    sha256 = encoding.sha256(data)
    return Fetched(outcome, scene_id, width, height, sha256, *duplicate, is_evaluation, opt_out)
