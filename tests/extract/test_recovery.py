"""One bad record costs only itself, and is counted."""

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.extract.archives import archive
from crawl2clip.extract.rows.archive_pairs import Settings, pairs_in_file
from tests.extract.archives import numbered, problems, record, rows

ZIPPED = [numbered(n) for n in range(5)]
PLAIN = [numbered(n, gzip=False) for n in range(5)]
# Too large to be read ahead as a whole: the damage shows only while the page is being read.
LARGE = [numbered(n, size=300_000) for n in range(3)]


def picture(*numbers: int) -> list[str]:
    return [f"picture {n}" for n in numbers]


def replaced(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def with_third(parts: list[bytes], third: bytes) -> bytes:
    return b"".join([*parts[:2], third, *parts[3:]])


@pytest.mark.parametrize(
    "at", [0, 1, 2, 12, 60, 200, -40, -8, -4], ids=lambda at: f"byte {at} of the member"
)
def test_a_damaged_gzip_member_costs_only_itself(at: int) -> None:
    member = ZIPPED[2]
    flipped = replaced(member, at % len(member), bytes([member[at] ^ 0xFF]))

    found = rows(with_third(ZIPPED, flipped))

    assert [row.problem.partition(":")[0] if row.problem else row.text for row in found] == [
        *picture(0, 1),
        "broken record",
        *picture(3, 4),
    ]
    assert found[2].warc_offset == len(ZIPPED[0] + ZIPPED[1])
    assert found[3].warc_offset == len(b"".join(ZIPPED[:3]))


def test_a_large_damaged_member_gives_no_pairs_even_if_its_page_could_be_read() -> None:
    member = LARGE[1]
    for at in (1000, len(member) // 2, len(member) - 6):
        flipped = replaced(member, at, bytes([member[at] ^ 0xFF]))

        assert problems(LARGE[0] + flipped + LARGE[2]) == [
            "picture 0",
            "broken record",
            "picture 2",
        ]


def test_bytes_zeroed_over_several_members_cost_these_alone() -> None:
    data = b"".join(ZIPPED)
    start, end = len(ZIPPED[0]) + 50, len(b"".join(ZIPPED[:3])) + 50

    found = problems(replaced(data, start, bytes(end - start)))

    assert found == ["picture 0", "broken record", "picture 4"]


def test_bytes_between_members_are_counted_and_cost_nothing_else() -> None:
    for junk in (
        b"junk" * 100,
        bytes(512),
        b"\x1f\x8b\x08" * 20,
        b"\x1f",
        gzip.compress(b"no WARC"),
    ):
        found = problems(b"".join([*ZIPPED[:2], junk, *ZIPPED[2:]]))

        assert found == [*picture(0, 1), "broken record", *picture(2, 3, 4)]


def test_bytes_behind_the_last_member_are_counted() -> None:
    for junk in (b"junk" * 100, bytes(512)):
        assert problems(ZIPPED[0] + junk) == ["picture 0", "broken record"]


def test_empty_members_are_nothing_to_speak_of() -> None:
    assert problems(ZIPPED[0] + gzip.compress(b"") + ZIPPED[1]) == picture(0, 1)
    assert problems(ZIPPED[0] + gzip.compress(b"")) == picture(0)


@pytest.mark.parametrize("kept", [1, 2, 5, 11, 30, 200, -9, -5, -1])
def test_a_cut_gzip_file_ends_in_a_truncated_record(kept: int) -> None:
    last = ZIPPED[2][:kept]

    found = rows(ZIPPED[0] + ZIPPED[1] + last)

    assert [row.text for row in found] == [*picture(0, 1), None]
    assert found[2].problem == f"truncated record: only {len(last)} bytes of it"
    assert found[2].warc_offset == len(ZIPPED[0] + ZIPPED[1])


def test_a_cut_shows_even_in_a_record_that_is_not_read() -> None:
    metadata = record("x" * 500, kind="metadata")

    assert problems(ZIPPED[0] + metadata[:-20]) == ["picture 0", "truncated record"]


@pytest.mark.parametrize("kept", [10, 30, 150, 500, -30])
def test_a_cut_plain_file_ends_in_a_truncated_record(kept: int) -> None:
    assert problems(PLAIN[0] + PLAIN[1][:kept]) == ["picture 0", "truncated record"]


def test_only_the_gap_behind_the_last_record_may_be_missing() -> None:
    for missing in range(5):
        data = PLAIN[0] + PLAIN[1][: len(PLAIN[1]) - missing]
        found = ["picture 0", "picture 1" if missing < 5 else "truncated record"]
        assert problems(data) == found
    assert problems(PLAIN[0] + PLAIN[1][:-5]) == ["picture 0", "truncated record"]


@pytest.mark.parametrize("length", [b"1", b"100", b"9999", b"99999999999", b"-5", b"", b"1e3"])
def test_a_wrong_length_costs_only_its_record(length: bytes) -> None:
    head, _, rest = PLAIN[2].partition(b"Content-Length: ")
    wrong = head + b"Content-Length: " + length + rest[rest.index(b"\r\n") :]

    for third, parts in ((wrong, PLAIN), (gzip.compress(wrong), ZIPPED)):
        found = problems(with_third(parts, third))

        assert [*found[:2], *found[3:]] == picture(0, 1, 3, 4)
        assert found[2] in ("broken record", "truncated record", "page too large")


def test_a_plain_record_that_does_not_start_as_one_costs_only_itself() -> None:
    found = problems(with_third(PLAIN, b"XXXX" + PLAIN[2][4:]))

    assert found == [*picture(0, 1), "broken record", *picture(3, 4)]


def test_an_endless_header_costs_only_its_record() -> None:
    endless = b"WARC/1.0\r\n" + b"X: y\r\n" * 10_000 + b"\r\n\r\n"

    assert problems(with_third(PLAIN, endless)) == [*picture(0, 1), "broken record", *picture(3, 4)]
    http = record("<img src=a alt=b>", headers=[("X", "y" * 40_000)])
    assert problems(with_third(ZIPPED, http)) == [*picture(0, 1), "broken record", *picture(3, 4)]


def test_damage_at_the_start_costs_only_the_first_record() -> None:
    for parts in (ZIPPED, PLAIN):
        assert problems(b"????????" + b"".join(parts)[8:]) == [
            "broken record",
            *picture(1, 2, 3, 4),
        ]


def test_two_broken_records_in_a_row_are_two_rows() -> None:
    bad = gzip.compress(b"WARC/1.0 is not what this is")

    found = rows(ZIPPED[0] + bad + bad + bad + ZIPPED[1])

    assert [row.warc_offset for row in found if row.problem] == [
        len(ZIPPED[0]) + n * len(bad) for n in range(3)
    ]
    assert [row.text for row in found if row.text] == picture(0, 1)


def test_records_that_share_a_gzip_member_are_read_and_have_no_offset() -> None:
    data = gzip.compress(b"".join(PLAIN))
    cut = data[: len(data) * 3 // 4]

    assert [row.text for row in rows(data)] == picture(0, 1, 2, 3, 4)
    assert [row.warc_offset for row in rows(data)] == [0, None, None, None, None]
    assert problems(cut) == [*picture(0, 1, 2), "truncated record"]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "empty"),
        (b"hello world\r\n\r\n" * 100, "no WARC record in it"),
        (gzip.compress(b"hello world"), "no WARC record in it"),
        (gzip.compress(b""), "no WARC record in it"),
        (b"\x89PNG\r\n" + bytes(1000), "no WARC record in it"),
        (b"\x1f\x8b", "no WARC record in it"),
        (b"PK\x03\x04" + bytes(100), "a ZIP (WACZ?), not a WARC"),
    ],
)
def test_a_file_that_is_no_warc_is_one_row(data: bytes, detail: str) -> None:
    (row,) = rows(data)

    assert row.problem == f"unreadable file: {detail}"


def test_of_a_file_that_is_all_damage_most_places_are_only_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "MOST_BROKEN", 3)
    data = b"WARC/1.0\r\nContent-Length: x\r\n\r\n" * 10

    found = [row.problem for row in rows(data + PLAIN[1])]

    assert found[3:] == [None, "broken record: 7 more of them"]
    assert len(found) == 5


class FailingFile(io.BytesIO):
    """A disk or a network that fails once."""

    left = 5

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        if self.left == 0:
            raise ConnectionResetError(104, "Connection reset by peer")
        return super().read(size)


def test_the_machines_trouble_is_no_problem_of_the_data() -> None:
    file = FailingFile(b"".join(LARGE))

    with pytest.raises(ConnectionResetError):
        list(pairs_in_file("a", file, Settings()))


class BlockwiseFile(io.BytesIO):
    """Notes the largest read."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0
        self.largest = max(self.largest, size)
        return super().read(size)


@pytest.mark.parametrize("parts", [LARGE * 10, [*LARGE * 10, b"junk", *LARGE, LARGE[0][:-9]]])
def test_a_file_is_read_in_blocks_sound_or_not(parts: list[bytes]) -> None:
    file = BlockwiseFile(b"".join(parts))

    list(pairs_in_file("a", file, Settings()))

    assert 0 < file.largest <= 1 << 20


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, 4000), st.sampled_from(["flip", "cut", "insert", "drop"]), st.binary()
    ),
    max_size=4,
)


def mutated(data: bytes, mutations: list[tuple[int, str, bytes]]) -> bytes:
    for at, kind, extra in mutations:
        at %= len(data) + 1
        match kind:
            case "flip":
                data = data[:at] + bytes(b ^ 0x55 for b in data[at : at + 3]) + data[at + 3 :]
            case "cut":
                data = data[:at]
            case "insert":
                data = data[:at] + extra + data[at:]
            case "drop":
                data = data[:at] + data[at + len(extra) :]
    return data


BASES = [
    b"".join(ZIPPED),
    b"".join(PLAIN),
    gzip.compress(b"".join(PLAIN)),
    b"filedesc://a.arc 0.0.0.0 20240229123456 text/plain 9\n1 0 test\n\n"
    b"http://x/ 1.1.1.1 20240229123456 text/html 60\nHTTP/1.1 200 OK\r\n"
    b"Content-Type: text/html\r\n\r\n<img src=a alt=b>\n",
]


@settings(max_examples=300, deadline=5000)
@given(st.sampled_from(BASES), MUTATIONS)
def test_whatever_happens_to_an_archive_it_is_read_to_its_end(
    data: bytes, mutations: list[tuple[int, str, bytes]]
) -> None:
    damaged = mutated(data, mutations)

    found = rows(damaged)

    assert found == rows(damaged)
    assert all(row.problem or (row.uid and row.url and row.text) for row in found)


@settings(max_examples=200, deadline=5000)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"filedesc:", b"\x04\x22\x4d\x18"]),
)
def test_random_bytes_are_read_to_their_end(junk: bytes, start: bytes) -> None:
    rows(start + junk)


@settings(max_examples=100, deadline=5000)
@given(st.text(max_size=200), st.binary(max_size=200), st.text(max_size=50))
def test_pages_of_random_bytes_are_read(head: str, junk: bytes, link: str) -> None:
    page = head.encode("utf-8", "replace") + f"<img src='{link}' alt=x>".encode() + junk

    rows(record(page, content_type="text/html"))
