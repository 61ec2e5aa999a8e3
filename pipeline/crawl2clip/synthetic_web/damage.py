"""Damage archives on purpose, as disks and broken transfers do."""

import zlib
from pathlib import Path

from crawl2clip.synthetic_web.crawl import Member


def flip_bytes(path: Path, members: list[Member]) -> str:
    """Make one response in the middle of the file unreadable; return the URL of its page."""
    responses = [member for member in members if member.type == "response"]
    victim = responses[len(responses) // 2]
    data = bytearray(path.read_bytes())
    # After a third of the member: the headers are still sound, the page is not.
    at = victim.start + (victim.end - victim.start) // 3
    data[at : at + 64] = bytes(byte ^ 0xFF for byte in data[at : at + 64])
    if _inflates(bytes(data[victim.start : victim.end])):
        raise ValueError(f"{path.name} is still readable with bytes {at} to {at + 64} flipped")
    path.write_bytes(data)
    return victim.url


def cut_off(path: Path, members: list[Member]) -> str:
    """End the file in the middle of its last member; return the URL of the lost page."""
    last = members[-1]
    with path.open("rb+") as archive:
        archive.truncate(last.start + (last.end - last.start) // 2)
    return last.url


def _inflates(member: bytes) -> bool:
    try:
        zlib.decompress(member, zlib.MAX_WBITS | 16)
    except zlib.error:
        return False
    return True
