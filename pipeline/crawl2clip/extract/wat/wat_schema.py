"""Parse a WAT record into its parts.

To build only the wanted objects takes half the time of parsing all of the JSON, but it needs a
record of the shape that Common Crawl writes. A record of another shape, or with more attributes of
its images, is parsed as a whole.
"""

from typing import Any, ClassVar, NamedTuple

import msgspec

from crawl2clip.extract.wat.wat_json import Object, object_of, parsed

# Of all links only images and those that may lead to a licence are looked into.
_PASSED_OVER = (
    "AREA@/href FORM@/action IFRAME@/src FRAME@/src EMBED@/src OBJECT@/data OBJECT@/codebase"
    " OBJECT@/cdata VIDEO@/src VIDEO@/poster AUDIO@/src SOURCE@/src TRACK@/src INPUT@/src"
    " INPUT@/formaction INPUT@/onclick BUTTON@/formaction MENUITEM@/icon DIV@/onclick Q@/cite"
    " BLOCKQUOTE@/cite DEL@/cite INS@/cite APPLET@/codebase APPLET@/cdata STYLE/#text IMG@/longdesc"
    " A@/data-href DIV@/data-href LI@/data-href SPAN@/data-href BUTTON@/data-href BODY@/background"
    " TABLE@/background TR@/background TD@/background TH@/background DIV@/background"
)


class _Passed(msgspec.Struct, tag_field="path", gc=False):
    rel: ClassVar[None] = None


class Img(_Passed, tag="IMG@/src", forbid_unknown_fields=True):
    """Represents an image of which nothing else is recorded."""

    url: str | None = None
    alt: str | None = None
    title: str | None = None


class Anchor(msgspec.Struct, tag="A@/href", tag_field="path", gc=False):
    """Represents a link in the page."""

    url: str | None = None
    rel: str | None = None


class HeadLink(msgspec.Struct, tag="LINK@/href", tag_field="path", gc=False):
    """Represents a `link` in the page's head."""

    url: str | None = None
    rel: str | None = None


_Link: Any = Anchor | HeadLink | Img
for _number, _path in enumerate(_PASSED_OVER.split()):
    _Link |= msgspec.defstruct(f"_Passed{_number}", [], bases=(_Passed,), tag=_path)


class Meta(msgspec.Struct, gc=False):
    """Represents a `meta` that may address robots."""

    name: str | None = None
    content: str | None = None


class Head(msgspec.Struct, rename="pascal", gc=False):
    """Represents the head of a page."""

    base: str | None = None
    title: str | None = None
    metas: list[Meta] | None = None
    link: list[_Link] | None = None


class Html(msgspec.Struct, rename="pascal", gc=False):
    """Represents a page."""

    head: Head | None = None
    links: list[_Link] | None = None


class _Message(msgspec.Struct, rename="pascal", gc=False):
    status: Any = None


class _Response(msgspec.Struct, gc=False):
    message: _Message | None = msgspec.field(name="Response-Message", default=None)
    headers: dict[str, Any] | None = msgspec.field(name="Headers", default=None)
    html: Html | None = msgspec.field(name="HTML-Metadata", default=None)


class _Payload(msgspec.Struct, gc=False):
    response: _Response | None = msgspec.field(name="HTTP-Response-Metadata", default=None)


class _Envelope(msgspec.Struct, gc=False):
    payload: _Payload | None = msgspec.field(name="Payload-Metadata", default=None)
    warc: dict[str, Any] | None = msgspec.field(name="WARC-Header-Metadata", default=None)


class _Record(msgspec.Struct, rename="pascal", gc=False):
    envelope: _Envelope | None = None
    container: dict[str, Any] | None = None


class WatParts(NamedTuple):
    """Holds the parts of a record.

    html: an `Html` if all has the usual shape; None if the record describes no page.
    """

    container: Object
    warc: Object
    http: Object
    status: object
    html: Html | Object | None


def parse_record(record: bytes, may_be_usual: bool) -> WatParts:
    """Parse the record. Raises PageError if it is no JSON."""
    if may_be_usual:
        try:
            return _usual(_DECODER.decode(record))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
    data = object_of(parsed(record))
    envelope = object_of(data.get("Envelope"))
    response = object_of(object_of(envelope.get("Payload-Metadata")).get("HTTP-Response-Metadata"))
    html = response.get("HTML-Metadata")
    return WatParts(
        object_of(data.get("Container")),
        object_of(envelope.get("WARC-Header-Metadata")),
        object_of(response.get("Headers")),
        object_of(response.get("Response-Message")).get("Status"),
        html if isinstance(html, dict) else None,
    )


_DECODER = msgspec.json.Decoder(_Record)


def _usual(record: _Record) -> WatParts:
    envelope = record.envelope or _Envelope()
    response = (envelope.payload or _Payload()).response or _Response()
    message = response.message or _Message()
    return WatParts(
        record.container or {},
        envelope.warc or {},
        response.headers or {},
        message.status,
        response.html,
    )
