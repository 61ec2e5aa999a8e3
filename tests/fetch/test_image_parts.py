"""Files of many parts, each made here; and what decoders get of others."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from crawl2clip.fetch.images.image_parts import Parts, parts
from crawl2clip.fetch.results.fetch_errors import FetchError
from tests.fetch.pictures import chunk, picture

MANY = 300_000


def made(file: bytes) -> Parts:
    found = parts(file)
    assert found is not None
    return found


def animation(kind: str, frames: int = 3, **settings: object) -> bytes:
    images = [Image.new("P", (40, 30), at) for at in range(frames)]
    for at, image in enumerate(images):
        image.putpalette(bytes(range(256)) * 3)
        image.putpixel((at, 0), 77)
    stream = io.BytesIO()
    images[0].save(stream, kind, save_all=True, append_images=images[1:], **settings)
    return stream.getvalue()


def chunk_after(png: bytes, name: bytes, added: bytes) -> bytes:
    """The PNG with something behind its first chunk of that name."""
    at = png.index(name) - 4
    after = at + 12 + int.from_bytes(png[at : at + 4])
    return png[:after] + added + png[after:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_the_formats_that_browsers_show_are_let_in(kind: str) -> None:
    found = made(picture(kind=kind))

    assert (found.format, found.whole) == (kind, True)
    with Image.open(io.BytesIO(found.data)) as image:
        assert image.size == (40, 30)


@pytest.mark.parametrize(
    "kind", ["TIFF", "ICO", "PPM", "TGA", "PCX", "SGI", "JPEG2000", "PDF", "EPS", "DDS", "IM"]
)
def test_no_other_format_reaches_a_decoder(kind: str) -> None:
    assert parts(picture(kind=kind)) is None


def test_no_bytes_and_any_bytes_have_no_parts() -> None:
    for data in (b"", b"\xff", b"RIFF", b"RIFF1234WAVE", b"<svg>", b"%PDF-1.7", b"\x00" * 99):
        assert parts(data) is None


HEAD = {kind: picture(kind=kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "AVIF")}
PNG_END = HEAD["PNG"][-12:]
BOX = struct.pack(">I4s", 8, b"free")


def boxes(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


FLOODS = {
    "jpeg comments": HEAD["JPEG"][:2] + b"\xff\xfe\x00\x02" * MANY + HEAD["JPEG"][2:],
    "jpeg fill": HEAD["JPEG"][:2] + b"\xff" * MANY + HEAD["JPEG"][2:],
    "jpeg junk": HEAD["JPEG"][:3] + b"\xe0\x00\x02" + b"\x00" * MANY + HEAD["JPEG"][2:],
    "jpeg restarts": HEAD["JPEG"][:3] + b"\xe0\x00\x02" + b"\xff\xd0" * MANY + HEAD["JPEG"][2:],
    "jpeg without an end": HEAD["JPEG"][:3] + b"\xe0\x00\x02" + b"\x00" * MANY,
    "jpeg tables": HEAD["JPEG"][:-2] + b"\xff\xdb\x00\x02" * MANY + b"\xff\xd9",
    "jpeg scans": HEAD["JPEG"][:-2] + b"\xff\xda\x00\x02" * 51 + b"\xff\xd9",
    "png texts": chunk_after(HEAD["PNG"], b"IHDR", chunk(b"tEXt", b"") * MANY),
    "png data": chunk_after(HEAD["PNG"], b"IDAT", chunk(b"IDAT", b"") * MANY),
    "png after the data": HEAD["PNG"][:-12] + chunk(b"tEXt", b"") * MANY + PNG_END,
    "gif comments": HEAD["GIF"][:13] + b"\x21\xfe\x00" * MANY + HEAD["GIF"][13:],
    "gif blocks": HEAD["GIF"][:13] + b"\x21\xfe" + b"\x01x" * MANY + b"\0" + HEAD["GIF"][13:],
    "webp chunks": HEAD["WEBP"][:4]
    + b"\xff\xff\xff\x7f"
    + HEAD["WEBP"][8:]
    + b"ABCD\0\0\0\0" * MANY,
    "avif boxes": HEAD["AVIF"] + BOX * MANY,
    "avif nested": HEAD["AVIF"] + boxes(b"meta", bytes(4) + boxes(b"iprp", BOX * MANY)),
    "avif items": HEAD["AVIF"] + boxes(b"meta", bytes(4) + boxes(b"iloc", bytes(65_537))),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_file_cut_to_pieces_is_refused_at_once(flood: str) -> None:
    started = time.process_time()

    with pytest.raises(FetchError, match=r"^too many parts: "):
        parts(FLOODS[flood])
    assert time.process_time() - started < 0.5


def test_files_as_they_are_written_are_not_refused() -> None:
    jpeg = picture(kind="JPEG")
    extended = b"".join(struct.pack(">HH", 0xFFE2, 65_535) + bytes(65_533) for _ in range(300))
    noise = Image.effect_noise((600, 500), 200)
    streams = [io.BytesIO() for _ in range(3)]
    noise.save(streams[0], "JPEG", quality=95, restart_marker_blocks=1)
    noise.save(streams[1], "JPEG", progressive=True)
    noise.save(streams[2], "GIF")

    assert made(jpeg[:2] + extended + jpeg[2:]).whole
    assert all(made(stream.getvalue()).whole for stream in streams)
    assert not made(streams[0].getvalue()[:-2]).whole


def test_a_jpeg_of_several_scans_is_held_as_coefficients() -> None:
    def beside(mode: str, **settings: object) -> float:
        stream = io.BytesIO()
        Image.new(mode, (64, 64)).save(stream, "JPEG", **settings)
        return made(stream.getvalue()).beside

    assert beside("RGB") == beside("L") == 0
    assert beside("L", progressive=True) == 2
    assert beside("RGB", progressive=True, subsampling=2) == 3
    assert beside("RGB", progressive=True, subsampling=0) == 6
    assert beside("CMYK", progressive=True) == 8


def test_of_a_png_only_chunks_that_make_pixels_are_decoded() -> None:
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**6)))
    plain, alpha = picture(kind="PNG"), picture(kind="PNG", mode="RGBA")

    assert made(chunk_after(plain, b"IHDR", bomb)).data == plain
    assert made(alpha + b"and a tail").data == alpha
    assert not made(plain[:-20]).whole


def test_of_an_animation_the_first_frame_is_decoded() -> None:
    for kind in ("PNG", "GIF"):
        whole = animation(kind)
        found = made(whole)
        assert len(found.data) < len(whole)
        with Image.open(io.BytesIO(found.data)) as first, Image.open(io.BytesIO(whole)) as every:
            assert (getattr(first, "n_frames", 1), getattr(every, "n_frames", 1)) == (1, 3)
            assert first.convert("RGB").tobytes() == every.convert("RGB").tobytes()


def test_chunks_of_an_animation_never_reach_opencv_which_damaged_ones_crash() -> None:
    for hidden in (True, False):
        found = made(animation("PNG", default_image=hidden))
        assert not any(name in found.data for name in (b"acTL", b"fcTL", b"fdAT"))


def test_an_animation_that_needs_its_frames_keeps_and_counts_them() -> None:
    whole = animation("GIF", 4)
    at = whole.index(b",\0\0\0\0")
    partial = whole[: at + 5] + b"\x27\0\x1e\0" + whole[at + 9 :]  # a column short

    assert made(partial).data == partial
    assert made(partial).beside == 4 * made(animation("WEBP")).beside > 40


def test_an_avif_says_how_many_bytes_its_planes_take() -> None:
    def beside(**settings: object) -> float:
        stream = io.BytesIO()
        Image.new("RGB", (64, 64)).save(stream, "AVIF", **settings)
        return made(stream.getvalue()).beside

    assert beside(subsampling="4:2:0") == 2.5
    assert beside(subsampling="4:4:4") == 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_a_file_cut_anywhere_has_parts_or_none(kind: str) -> None:
    file = picture(kind=kind)

    for end in range(len(file)):
        found = parts(file[:end])
        assert found is None or found.format == kind
