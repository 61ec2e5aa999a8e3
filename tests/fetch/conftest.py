"""A small web on the loopback interface, hostile where a test wants it so."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

Page = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """Pages by path, and how often and with which headers each was asked for."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.port = server.server_port
        self.pages: dict[str, Page] = {}
        self.hits: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}

    def put(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Serve the body, with Content-Length, at the path; gives back the URL."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}

        def page(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | given).items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(body)

        return self.act(path, page)

    def act(self, path: str, page: Page) -> str:
        """Let the page do what it likes with the connection; gives back the URL."""
        self.pages[path] = page
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.hits[self.path] += 1
            web.headers[self.path] = dict(self.headers)
            try:
                web.pages[self.path](self)
            except ConnectionError:  # who fetches hung up, which is what some tests want
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web = Web(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.server_close()
    thread.join()
