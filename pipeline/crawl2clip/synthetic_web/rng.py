"""Derive random generators that agree on every machine and in every order of use."""

import hashlib
from random import Random
from uuid import UUID


def rng(*thing: object) -> Random:
    """Return a generator of its own for `thing`, for example (seed, "scene", 17)."""
    return Random(_digest(thing))


def uuid(*thing: object) -> str:
    """Return a WARC-Record-ID that depends on `thing` alone."""
    return f"<urn:uuid:{UUID(bytes=_digest(thing)[:16], version=4)}>"


def _digest(thing: tuple[object, ...]) -> bytes:
    return hashlib.sha256(repr(thing).encode()).digest()
