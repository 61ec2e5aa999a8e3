import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawl2clip.fetch.http import pinned_connection, safe_http
from crawl2clip.fetch.http.safe_http import Limits, SafeHttp
from crawl2clip.fetch.results.fetch_errors import KINDS, FetchError
from tests.fetch.conftest import Web

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_http, "PAUSE_SECONDS", 0.01)


def body(url: str, wait_seconds: float = 2.0, **limits: object) -> bytes:
    settings = {"allow_networks": LOOPBACK, "timeout_seconds": wait_seconds, **limits}
    return SafeHttp(Limits(**settings)).get(url)  # type: ignore[arg-type]


def problem(url: str, wait_seconds: float = 2.0, **limits: object) -> str:
    with pytest.raises(FetchError) as caught:
        body(url, wait_seconds, **limits)
    assert caught.value.kind in KINDS
    return str(caught.value)


def send(request: BaseHTTPRequestHandler, head: str, *chunks: bytes, pause: float = 0) -> None:
    request.wfile.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    for chunk in chunks:
        time.sleep(pause)
        request.wfile.write(chunk)


def test_bytes_come_as_they_were_sent(web: Web) -> None:
    every = bytes(range(256)) * 1000

    assert body(web.put("/a", every)) == every
    assert body(web.act("/b", lambda r: send(r, "HTTP/1.0 200 OK", every))) == every
    chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"
    url = web.act("/c", lambda r: send(r, chunked, b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert body(url) == b"abcde"


def test_the_request_is_plain_and_says_who_we_are(web: Web) -> None:
    firefox = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:72.0) Gecko/20100101 Firefox/72.0"

    body(web.put("/a?b=c", b"x"))
    body(web.put("/named", b"x"), user_agent=" OurBot")

    assert web.headers["/a?b=c"] == {
        "Host": f"127.0.0.1:{web.port}",
        "Accept-Encoding": "identity",
        "User-Agent": firefox,
        "Connection": "close",
    }
    about = "(compatible; ourbot; +https://github.com/rom1504/img2dataset)"
    assert web.headers["/named"]["User-Agent"] == f"{firefox} {about}"


def test_a_404_is_final(web: Web) -> None:
    assert problem(web.put("/gone", b"sorry", status=404)) == "http 404: 404 Not Found"
    assert web.hits["/gone"] == 1


def test_a_500_is_tried_again_as_often_as_told(web: Web) -> None:
    assert problem(web.put("/ill", status=500)).startswith("http 500: ")
    assert web.hits["/ill"] == 3
    problem(web.put("/ill", status=500), retries=0)
    assert web.hits["/ill"] == 4


def test_what_passes_is_got_over(web: Web) -> None:
    def page(request: BaseHTTPRequestHandler) -> None:
        head = "HTTP/1.1 200 OK" if web.hits["/b"] == 3 else "HTTP/1.1 503 Busy"
        send(request, f"{head}\nContent-Length: 2", b"ok")

    assert body(web.act("/b", page)) == b"ok"


def test_redirects_are_followed_relative_ones_and_utf_8_ones_too(web: Web) -> None:
    web.put("/ä".encode().decode("latin-1"), b"")  # the path as http.server sees it is quoted
    web.pages["/%C3%A4"] = web.pages[web.put("/there", b"x").removeprefix(web.url(""))]
    web.put("/2", status=308, Location="ä".encode().decode("latin-1"))
    url = web.put("/1", status=302, Location=web.url("/2"))

    assert body(url) == b"x"
    assert body(url, max_redirects=2) == b"x"
    assert problem(url, max_redirects=1) == "too many redirects: more than 1"


def test_a_circle_is_left_where_it_closes(web: Web) -> None:
    web.put("/b", status=301, Location="/a#again")

    assert problem(web.put("/a", status=301, Location="/b")) == "too many redirects: in a circle"
    assert web.hits == {"/a": 1, "/b": 1}


def test_a_redirect_without_a_place_to_go(web: Web) -> None:
    assert problem(web.put("/a", status=302)) == "http 302: a redirect without Location"
    for place in ("ftp://a.test/", "file:///etc/passwd", "http://[oops"):
        assert problem(web.put("/a", status=302, Location=place)).startswith("bad url: ")


def test_by_default_only_the_public_internet_is_fetched_from(web: Web) -> None:
    url = web.put("/a", b"x")

    assert problem(url, allow_networks=()) == "refused address: 127.0.0.1"
    assert problem(web.url("/a", "localhost"), allow_networks=()).startswith("refused address: ")
    assert problem(web.url("/a", "0x7f.1"), allow_networks=()) == "refused address: 127.0.0.1"
    assert problem(web.url("/a", "[::ffff:127.0.0.1]"), allow_networks=()).startswith("refused ")
    assert not web.hits


def test_a_redirect_is_checked_like_the_first_address(web: Web) -> None:
    metadata = web.put("/m", status=302, Location="http://169.254.169.254/latest/meta-data/")
    other = web.put("/o", status=302, Location=web.url("/x", "127.0.0.2"))

    assert problem(metadata) == "refused address: 169.254.169.254"
    assert problem(other, allow_networks=("127.0.0.1/32",)) == "refused address: 127.0.0.2"


def test_the_connection_goes_to_the_address_that_was_checked(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is checked and loopback a moment later gains nothing."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    connected = []

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(sock: socket.socket, to: tuple[str, int]) -> None:
        connected.append(to[0])
        raise ConnectionRefusedError(111, "there is no such network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    web.put("/a", b"secret")

    assert problem(web.url("/a", "rebind.test"), allow_networks=(), retries=0) == (
        "connection failed: [Errno 111] there is no such network here"
    )
    assert connected == ["93.184.216.34"]
    assert next(answers) == "127.0.0.1", "asked once"
    assert not web.hits


def test_if_one_address_is_dead_the_next_is_tried(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        places = [("127.0.0.1", 1), ("127.0.0.1", port)]  # nobody listens at port 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert body(web.put("/a", b"x")) == b"x"


def test_a_busy_server_is_asked_again_when_it_says_and_not_before(web: Web) -> None:
    def busy(request: BaseHTTPRequestHandler) -> None:
        asked.append(time.monotonic())
        request.send_response(429 if len(asked) == 1 else 200)
        request.send_header("Retry-After", "1")
        request.send_header("Content-Length", "1")
        request.end_headers()
        request.wfile.write(b"x")

    asked: list[float] = []
    url, closed = web.act("/busy", busy), web.put("/closed", status=503, Retry_After="3600")

    assert body(url, retries=1) == b"x"
    assert asked[1] - asked[0] >= 1
    assert problem(closed, retries=2).startswith("http 503: ")
    assert web.hits["/closed"] == 1


def test_environment_proxies_are_not_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert body(web.put("/a", b"x")) == b"x"


def test_too_many_bytes_are_not_read(web: Web) -> None:
    told = web.put("/told", b"x" * 11)
    untold = web.act("/untold", lambda r: send(r, "HTTP/1.0 200 OK", b"x" * 11))

    assert problem(told, max_bytes=10) == "too large: 11 bytes, more than 10"
    assert problem(untold, max_bytes=10) == "too large: more than 10 bytes"
    assert body(told, max_bytes=11) == body(untold, max_bytes=11) == b"x" * 11


def test_too_few_bytes_are_a_problem(web: Web) -> None:
    short = web.act("/s", lambda r: send(r, "HTTP/1.1 200 OK\nContent-Length: 9", b"abc"))
    chunked = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"
    cut = web.act("/c", lambda r: send(r, chunked, b"9\r\nabc"))
    unended = web.act("/u", lambda r: send(r, chunked, b"3\r\nabc\r\n"))

    assert problem(short, retries=0) == "truncated: 3 of 9 bytes"
    assert problem(cut, retries=0).startswith("truncated: ")
    assert problem(unended, retries=0).startswith("truncated: ")


def test_packed_bodies_are_refused(web: Web) -> None:
    assert problem(web.put("/a", b"x", Content_Encoding="GZIP")) == "encoded body: gzip"
    assert body(web.put("/b", b"x", Content_Encoding="UTF-8")) == b"x", "means nothing"


def test_opt_outs_are_respected_unless_told_otherwise(web: Web) -> None:
    robots = web.put("/r", b"x", X_Robots_Tag="max-snippet: 5, noai")
    reserved = web.put("/t", b"x", TDM_Reservation="1")
    ours = web.put("/o", b"x", X_Robots_Tag="ourbot: noindex")

    assert problem(robots) == "opted out: X-Robots-Tag noai"
    assert problem(reserved) == "opted out: TDM-Reservation 1"
    assert problem(ours, user_agent="OurBot") == "opted out: X-Robots-Tag noindex"
    assert body(ours) == body(robots, respect_opt_out=False) == b"x"


@pytest.mark.parametrize("part", ["status", "header", "body", "continue"])
def test_a_server_that_drips_does_not_hold_us(web: Web, part: str) -> None:
    drops = {
        "status": [b"HTTP/1.1 200 " + b"O" * 9, *[b"K"] * 200],
        "header": [b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 200],
        "body": [b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", *[b"x"] * 200],
        "continue": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 200,
    }

    def page(request: BaseHTTPRequestHandler) -> None:
        for drop in drops[part]:
            request.wfile.write(drop)
            time.sleep(0.05)

    started = time.monotonic()
    assert problem(web.act("/drip", page), max_seconds=0.4).startswith("timeout: ")
    assert time.monotonic() - started < 2


def test_a_server_that_says_nothing_is_left_after_one_wait(web: Web) -> None:
    url = web.act("/mute", lambda request: time.sleep(3))
    started = time.monotonic()

    assert problem(url, wait_seconds=0.2, retries=1) == "timeout: the server took too long"
    assert time.monotonic() - started < 2
    assert web.hits["/mute"] == 2


@pytest.mark.parametrize(
    "answer",
    [b"GIF89a", b"\x00" * 50, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/2 200 OK\r\n\r\n", b"\r\n"],
)
def test_what_is_not_http_is_a_bad_response(web: Web, answer: bytes) -> None:
    url = web.act("/odd", lambda request: request.wfile.write(answer))

    assert problem(url).startswith("bad response: ")


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def raw(web: Web, *parts: bytes, path: str = "/raw") -> str:
    """The URL of a page whose answer is these bytes and no others."""

    def page(request: BaseHTTPRequestHandler) -> None:
        for part in parts:
            request.wfile.write(part)

    return web.act(path, page)


def test_many_headers_and_interim_answers_cost_no_image(web: Web) -> None:
    cookies = b"".join(b"Set-Cookie: a%d=%s\r\n" % (i, b"x" * 400) for i in range(500))
    length = b"Content-Length: 1\r\n\r\nx"
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nContent-Length: 9\r\n\r\n"
    odd = b"no header\r\n: nameless\r\nX : y\r\n folded\r\n"

    assert body(raw(web, OK, cookies, length)) == b"x"
    assert body(raw(web, hints, b"HTTP/1.1 100 Continue\r\n\r\n", OK, length)) == b"x"
    assert body(raw(web, OK, odd, length)) == b"x"
    assert body(raw(web, OK.replace(b"\r", b""), b"Content-Length: 1\n\nx")) == b"x"
    assert problem(raw(web, b"HTTP/1.1 101 Switching Protocols\r\n\r\n")).startswith("http 101: ")
    late = raw(web, hints, OK, b"X-Robots-Tag: noai\r\n", cookies, length)
    assert problem(late) == "opted out: X-Robots-Tag noai"


FLOODS = {
    "headers": [OK, *[b"A: b\r\n" * 10_000] * 100],
    "one header": [OK + b"A: ", *[b"b" * 60_000] * 100],
    "folded header": [OK + b"A: b\r\n", *[b" b\r\n" * 10_000] * 100],
    "status line": [b"HTTP/1.1 200 ", *[b"O" * 60_000] * 100],
    "interim": [b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10_000] * 100,
    "interim headers": [b"HTTP/1.1 103 Early Hints\r\n" + b"A: b\r\n" * 10_000 + b"\r\n"] * 100,
    "trailers": [CHUNKED + b"1\r\nx\r\n0\r\n", *[b"A: b\r\n" * 10_000] * 100],
    "chunks": [CHUNKED, *[b"1\r\nx\r\n" * 10_000] * 100],
    "extensions": [CHUNKED, *[b"1;" + b"e" * 60_000 + b"\r\nx\r\n"] * 100],
    "chunk size": [CHUNKED, *[b"0" * 60_000] * 100],
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_around_the_body_is_left_early(web: Web, flood: str) -> None:
    url = raw(web, *FLOODS[flood])
    http, started = SafeHttp(Limits(allow_networks=LOOPBACK)), time.thread_time()

    with pytest.raises(FetchError, match=r"^bad response: "):
        http.get(url)
    assert time.thread_time() - started < 1

    assert web.hits["/raw"] == 1, "what a server does on purpose it does again"


def test_chunks_as_servers_send_them_are_no_flood(web: Web) -> None:
    sent = bytes(range(256)) * 4000
    chunks = b"".join(b"40;x=y\r\n" + sent[at : at + 64] + b"\r\n" for at in range(0, 99968, 64))

    assert body(raw(web, CHUNKED, chunks, b"0\r\nExpires: 0\r\n\r\n")) == sent[:99968]
    small = b"".join(b"1\r\n%c\r\n" % value for value in range(256)) * 32
    assert body(raw(web, CHUNKED, small, b"0\r\n\r\n")) == bytes(range(256)) * 32
    assert body(raw(web, CHUNKED, b"000000a \r\n0123456789\r\n0\r\n")) == b"0123456789"


def test_a_chunk_must_be_as_long_as_it_says(web: Web) -> None:
    for chunk in (b"2\r\nabc\r\n", b"x\r\n", b"-1\r\nabc\r\n", b"0x1\r\na\r\n", b"1_0\r\na\r\n"):
        assert problem(raw(web, CHUNKED, chunk, b"0\r\n\r\n")).startswith("bad response: a chunk ")
    assert problem(raw(web, CHUNKED, b"f" * 15 + b"\r\nx"), retries=0).startswith("truncated: ")


def test_lengths_that_are_none(web: Web) -> None:
    for length in (b"-1", b"1_0", "٣".encode(), b"abc", b""):
        assert body(raw(web, OK, b"Content-Length: " + length + b"\r\n\r\nxyz")) == b"xyz"
    told = b"Content-Length: " + b"9" * 10_000 + b"\r\n\r\n"
    assert problem(raw(web, OK, told)).startswith("too large: ")
    coded = b"Transfer-Encoding: gzip, chunked\r\n\r\n"
    assert problem(raw(web, OK, coded)) == "encoded body: gzip, chunked"


def test_bytes_that_come_one_by_one_are_not_waited_for(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned_connection, "_FREE_READS", 20)

    def page(request: BaseHTTPRequestHandler) -> None:
        for _ in range(200):
            request.wfile.write(b"HTTP/1.1 200 OK\r\n"[:1])
            time.sleep(0.002)

    assert problem(web.act("/a", page)) == "bad response: its bytes come one by one"


def test_a_status_line_cannot_steer_a_terminal(web: Web) -> None:
    said = problem(raw(web, b"HTTP/1.1 404 \x1b[2J\x9b1m\r\nContent-Length: 0\r\n\r\n"))
    nonsense = problem(raw(web, b"\x1b]0;title\x07\r\n\r\n"))

    assert said == r"http 404: 404 \x1b[2J\x9b1m"
    assert nonsense == r"bad response: \x1b]0;title\x07"


def test_nobody_there_and_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem("http://127.0.0.1:1/").startswith("connection failed: ")
    assert problem(f"http://{'a' * 64}.test/").startswith("bad url: ")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of images.test, which it issued itself."""
    path = tmp_path_factory.mktemp("tls") / "images.pem"
    names = ["-subj", "/CN=images.test", "-addext", "subjectAltName=DNS:images.test"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    out = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(["openssl", "req", "-x509", *key, *names, *out], check=True, capture_output=True)
    with path.open("a") as file:
        file.write(Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def secure_port(certificate: Path) -> Iterator[int]:
    """Of a server that speaks TLS and answers everything with an x."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):  # closed at the end of the test
            while True:
                client, _ = listener.accept()
                with contextlib.suppress(OSError), context.wrap_socket(client, True) as secure:
                    secure.recv(9999)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_a_certificate_must_be_trusted_and_name_the_host(
    certificate: Path, secure_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert problem(f"https://images.test:{secure_port}/").startswith("tls failure: ")

    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    monkeypatch.setattr(pinned_connection, "tls", lambda: trusting)
    assert body(f"https://images.test:{secure_port}/") == b"x"
    assert body(f"https://images.test.:{secure_port}/") == b"x"
    assert problem(f"https://other.test:{secure_port}/").startswith("tls failure: ")
