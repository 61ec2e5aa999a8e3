"""What decoding takes, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLACK = 15_000_000  # of the resized picture, the file and what an allocator keeps

MEASURING = """
import ctypes, io, json, sys, warnings
import cv2, numpy as np
from PIL import Image
import crawl2clip.fetch.pixels
from crawl2clip.fetch.image_parts import parts
from crawl2clip.fetch.images import _img2dataset, _resizer
from crawl2clip.fetch.pixels import decoded_bytes
from crawl2clip.fetch.resize import GuardedResizer, Resizing
from tests.fetch.pictures import picture

warnings.simplefilter("ignore")
resizing = Resizing()
img2dataset = _img2dataset(resizing.max_pixels)
resizer = _resizer(img2dataset.Resizer, resizing)

def status(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024

def measured(file, most=10**12):
    guarded = GuardedResizer(resizer, img2dataset.decoder, resizing.max_pixels, most)
    ctypes.CDLL(None).malloc_trim(0)  # what an image before this one has left
    open("/proc/self/clear_refs", "w").write("5")  # VmHWM begins anew
    before = status("VmRSS")
    problem = guarded(io.BytesIO(file))[5]
    return status("VmHWM") - before, problem

def expected(file):
    found = parts(file)
    with Image.open(io.BytesIO(found.data)) as image:
        return decoded_bytes(image, found)

for kind in ("JPEG", "PNG", "AVIF"):
    measured(picture(kind=kind, mode="RGB" if kind == "JPEG" else "RGBA"))
"""

WITHIN = """
crawl2clip.fetch.pixels._LARGE_PIXELS = 10**6  # as if all of these were large
SIDE = 2400
def made(kind, mode="RGB", **settings):
    image = Image.new(mode, (SIDE, SIDE), (1, 2, 3, 99)[:len(mode)] if mode != "L" else 1)
    stream = io.BytesIO()
    image.save(stream, kind, **settings)
    return stream.getvalue()

def frames(kind, side=1500, count=8):
    images = [Image.new("RGB", (side, side), (at, 0, 0)) for at in range(count)]
    stream = io.BytesIO()
    images[0].save(stream, kind, save_all=True, append_images=images[1:])
    return stream.getvalue()

files = {
    "jpeg": made("JPEG"),
    "progressive": made("JPEG", progressive=True, subsampling=0),
    "progressive grey": made("JPEG", "L", progressive=True),
    "progressive cmyk": made("JPEG", "CMYK", progressive=True),
    "png": made("PNG", compress_level=1),
    "png alpha": made("PNG", "RGBA", compress_level=1),
    "png deep": cv2.imencode(".png", np.zeros((SIDE, SIDE, 3), np.uint16))[1].tobytes(),
    "gif": made("GIF", "L"),
    "gif transparent": made("GIF", "L", transparency=1),
    "webp": made("WEBP", method=0),
    "webp alpha": made("WEBP", "RGBA", method=0),
    "avif": made("AVIF", speed=10),
    "avif alpha": made("AVIF", "RGBA", speed=10),
    "bmp": made("BMP"),
    "frames gif": frames("GIF"),
    "frames png": frames("PNG"),
    "frames webp": frames("WEBP"),
}
within = {name: [*measured(file), expected(file)] for name, file in files.items()}
"""

REFUSED = """
from tests.fetch.pictures import chunk
import struct, zlib
def png(colour, depth, channels):
    row, packer = bytes(1 + 9400 * channels * depth // 8), zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(9400)) + packer.flush()
    head = struct.pack(">IIBBBBB", 9400, 9400, depth, colour, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\\x89PNG\\r\\n\\x1a\\n" + chunks

stream = io.BytesIO()
Image.new("RGB", (9000, 9000)).save(stream, "AVIF", speed=10)
files = {"alpha": png(6, 8, 4), "deep": png(2, 16, 3), "avif": stream.getvalue(),
         "plain": png(2, 8, 3)}
most = resizing.max_decoded_bytes
refused = {name: measured(file, most) for name, file in files.items()}
print(json.dumps({"within": within, "refused": refused}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured through /proc")
def test_images_take_what_their_header_lets_expect_or_nothing() -> None:
    script = MEASURING + WITHIN + REFUSED
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)

    within, refused = found["within"], found["refused"]
    assert {name: problem for name, (_, problem, _) in within.items() if problem} == {}
    over = {name: row for name, row in within.items() if row[0] > row[2] + SLACK}
    assert over == {}
    taken, problem = refused.pop("plain")
    assert problem is None and taken < 290_000_000, "as a photograph of that size must"
    for name, (taken, problem) in refused.items():
        assert str(problem).startswith("too much memory: "), name
        assert taken < SLACK, name
