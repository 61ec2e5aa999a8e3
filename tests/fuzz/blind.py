"""Mutations that know nothing of what the bytes mean."""

import random

Part = tuple[int, int]

_ODD = (0, 9, 10, 13, 32, 38, 47, 60, 62, 127, 128, 193, 237, 255)


def part_of(chance: random.Random, data: bytes, most: int = 200) -> Part:
    """Where a part of the data starts and ends."""
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.paretovariate(0.6)) % most)


def mutated(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """The data with one change."""
    start, end = part_of(chance, data)
    kind = chance.randrange(7)
    if kind == 0:
        return data[:start] + data[end:]
    if kind == 1:
        return data[:start] + data[start:end] * chance.randrange(2, 9) + data[end:]
    if kind == 2:
        return data[:start]
    if kind == 3:
        other = chance.choice(others)
        there = slice(*part_of(chance, other))
        return data[:start] + other[there] + data[end:]
    if kind == 4 and start < len(data):
        flipped = bytes([data[start] ^ 1 << chance.randrange(8)])
        return data[:start] + flipped + data[start + 1 :]
    return data[:start] + bytes([chance.choice(_ODD)]) + data[start + kind % 2 :]
