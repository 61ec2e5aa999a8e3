"""Define the contents of a sample: pages, pictures, and the share of each planted kind."""

from dataclasses import dataclass

# The kinds a picture can be, one each at most. The field of SampleSettings with that name is the
# share of pictures; the same name stands in the column `kind` of the truth.
PICTURE_KINDS = (
    "mismatched", "boilerplate", "too_short", "too_long", "rare_tokens", "entities",
    "exact_duplicate", "recompressed", "resized", "cropped", "evaluation",
    "pixel", "tiny", "wide", "odd_mode",
    "lazy", "srcset", "picture", "noscript", "figcaption", "title", "no_alt", "blank_alt",
    "repeated_pair", "shared_pair", "second_text", "broken_html",
    "entity_url", "unsafe_url", "image_opt_out", "robots_txt",
    "http_404", "http_500", "refused", "redirect", "redirect_loop", "slow",
    "not_an_image", "wrong_content_type", "truncated", "oversized", "bomb",
)  # fmt: skip

# The kinds a page can be, one each at most; every pair of the page carries it.
PAGE_KINDS = (
    "page_opt_out", "base_href", "broken_page", "gzip_page", "chunked_page",
    "charset_by_meta", "charset_by_bom", "charset_undeclared", "charset_conflict",
)  # fmt: skip

# Links that lead to no picture; each is planted on that share of the pages.
LINK_KINDS = (
    "bad_url", "empty_src", "data_uri", "javascript_url", "other_scheme",
)  # fmt: skip

# How a page or a picture says that it is not for training; each is planted once at least.
PAGE_SIGNALS = (
    "page_meta:noindex", "page_meta:noai", "page_meta:noimageai", "page_meta:tdm-reservation",
    "page_header:noai", "page_header:noimageai", "page_header:tdm-reservation",
)  # fmt: skip
IMAGE_SIGNALS = ("image_header:noai", "image_header:noimageai", "image_header:tdm-reservation")


@dataclass(frozen=True)
class SampleSettings:
    """Defines a sample; shares are of pictures (PICTURE_KINDS) or pages (PAGE_KINDS, LINK_KINDS).

    They lie between 0 and 1. Whatever has a share above 0 is planted at least once, however small
    the sample.
    """

    seed: int = 0
    pages: int = 300
    pictures: int = 2500
    hosts: int = 30  # 127.0.0.2, 127.0.0.3, ...
    port: int = 8765
    warcs: int = 6
    english: float = 0.5  # share of pages; the other languages take turns in the rest
    evaluation_pictures: int = 24  # size of the planted evaluation set
    diagnostics: int = 12  # pages that answer 404, 500 or a redirect
    boilerplate_repeats: int = 14  # pictures that share the commonest boilerplate text, at least
    many_texts: int = 48  # different texts of the one picture that has very many
    slow_seconds: float = 8.0  # before a slow answer begins: longer than a client waits
    oversized_bytes: int = 3_000_000  # size of an oversized picture, at least
    bomb_side: int = 20_000  # px a side that the decompression bomb inflates to

    mismatched: float = 0.04
    boilerplate: float = 0.03
    too_short: float = 0.015
    too_long: float = 0.01
    rare_tokens: float = 0.01
    entities: float = 0.01
    exact_duplicate: float = 0.025
    recompressed: float = 0.015
    resized: float = 0.015
    cropped: float = 0.015
    evaluation: float = 0.01
    pixel: float = 0.005
    tiny: float = 0.01
    wide: float = 0.01
    odd_mode: float = 0.005
    lazy: float = 0.02
    srcset: float = 0.015
    picture: float = 0.015
    noscript: float = 0.006
    figcaption: float = 0.02
    title: float = 0.015
    no_alt: float = 0.01
    blank_alt: float = 0.005
    repeated_pair: float = 0.004
    shared_pair: float = 0.015
    second_text: float = 0.01
    broken_html: float = 0.012
    entity_url: float = 0.006
    unsafe_url: float = 0.005
    image_opt_out: float = 0.008
    robots_txt: float = 0.004
    http_404: float = 0.01
    http_500: float = 0.004
    refused: float = 0.003
    redirect: float = 0.01
    redirect_loop: float = 0.002
    slow: float = 0.001
    not_an_image: float = 0.005
    wrong_content_type: float = 0.005
    truncated: float = 0.003
    oversized: float = 0.001
    bomb: float = 0.0004

    page_opt_out: float = 0.04
    base_href: float = 0.03
    broken_page: float = 0.02
    gzip_page: float = 0.02
    chunked_page: float = 0.02
    charset_by_meta: float = 0.06
    charset_by_bom: float = 0.01
    charset_undeclared: float = 0.02
    charset_conflict: float = 0.01

    bad_url: float = 0.03
    empty_src: float = 0.02
    data_uri: float = 0.03
    javascript_url: float = 0.01
    other_scheme: float = 0.01

    def check(self) -> None:
        """Raise ValueError, naming the valid values, if no web can be made of the settings."""
        least = {"pages": 24, "pictures": 120, "hosts": 6, "warcs": 3, "evaluation_pictures": 1}
        for name, count in least.items():
            if getattr(self, name) < count:
                raise ValueError(f"{name} is {getattr(self, name)}, but must be at least {count}")
        if self.hosts > 250:
            raise ValueError(
                f"hosts is {self.hosts}, but 127.0.0.2 to 127.0.0.251 are all there is"
            )
        if self.warcs * 4 > self.pages:
            raise ValueError(f"{self.pages} pages are too few for {self.warcs} WARC files: 4 each")
        if not 0 < self.port < 65536:
            raise ValueError(f"port is {self.port}, but must be 1 to 65535")
        self._check_shares()

    def _check_shares(self) -> None:
        for share in (*PICTURE_KINDS, *PAGE_KINDS, *LINK_KINDS, "english"):
            if not 0 <= getattr(self, share) <= 1:
                raise ValueError(f"{share} is {getattr(self, share)}, but a share is 0 to 1")
        for what, kinds in (("pictures", PICTURE_KINDS), ("pages", PAGE_KINDS)):
            planted, there = sum(self.counts(kinds).values()), getattr(self, what)
            if planted > there:
                raise ValueError(f"{planted} planted {what} do not fit into {there} {what}")

    def counts(self, kinds: tuple[str, ...]) -> dict[str, int]:
        """Return how often each kind is planted: its share, rounded, but once at least."""
        of = self.pictures if kinds is PICTURE_KINDS else self.pages
        planted = {kind: getattr(self, kind) for kind in kinds if getattr(self, kind) > 0}
        counts = {kind: max(1, round(share * of)) for kind, share in planted.items()}
        at_least = {
            "boilerplate": self.boilerplate_repeats,
            "page_opt_out": len(PAGE_SIGNALS),
            "image_opt_out": len(IMAGE_SIGNALS),
        }
        return {kind: max(count, at_least.get(kind, 0)) for kind, count in counts.items()}
