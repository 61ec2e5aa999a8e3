import socket
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import pytest

from crawl2clip.fetch.results.fetch_errors import network_error, problem, status_error


def test_a_status_is_a_kind_of_its_own_if_there_is_such_a_status() -> None:
    assert str(status_error(404, "Not Found")) == "http 404: 404 Not Found"
    assert str(status_error(999, "No\r\n Robots")) == "http error: 999 No Robots"
    assert status_error(503, "").transient
    assert not status_error(404, "").transient


@pytest.mark.parametrize(
    ("error", "kind", "transient"),
    [
        (TimeoutError("timed out"), "timeout", True),
        (socket.gaierror(socket.EAI_NONAME, "Name unknown"), "dns failure", False),
        (socket.gaierror(socket.EAI_AGAIN, "Try again"), "dns failure", True),
        (ssl.SSLCertVerificationError("expired"), "tls failure", False),
        (ConnectionRefusedError(111, "refused"), "connection failed", True),
        (RemoteDisconnected("gone"), "connection failed", True),
        (IncompleteRead(b"", 3), "truncated", True),
        (BadStatusLine("GIF89a"), "bad response", False),
        (UnicodeError("label too long"), "bad url", False),
    ],
)
def test_errors_become_kinds(error: Exception, kind: str, transient: bool) -> None:
    found = network_error(error)

    assert (found.kind, found.transient) == (kind, transient)
    assert str(found).startswith(f"{kind}: ")


def test_details_are_one_short_line() -> None:
    assert problem("bad url", "x\n y" + "z" * 1000) == "bad url: x y" + "z" * 197


def test_a_server_cannot_steer_the_terminal_of_who_reads_its_problem() -> None:
    told = str(status_error(404, "\x1b[2J\x1b]0;x\x07\x9b31m\u202eok"))

    assert told == r"http 404: 404 \x1b[2J\x1b]0;x\x07\x9b31m\u202eok"
    assert len(str(status_error(404, "\x1b" * 60_000))) < 220
