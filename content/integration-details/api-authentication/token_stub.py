"""A made-up provider's token endpoint and API on loopback, for tests and the example of the page."""

import base64
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.secrets = {"old+secret/1"}
        self.valid, self.requests = set(), []
        self.status, self.extra, self.delay = 200, {}, threading.Event()
        self.delay.set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/token"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass  # A client that gave up waiting is part of the tests.

    def api(self, token):
        return (200, "ok") if token in self.valid else (401, "")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        provider = self.server
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        provider.requests.append((self.path, form))
        provider.delay.wait(5)
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        _, secret = map(urllib.parse.unquote_plus, pair.split(":"))
        if provider.status != 200:
            return self.answer(provider.status, {"error": "temporarily_unavailable"})
        if secret not in provider.secrets or form["grant_type"] != ["client_credentials"]:
            return self.answer(401, {"error": "invalid_client"})
        token = f"token-{len(provider.requests)}"
        provider.valid.add(token)
        self.answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600} | provider.extra)

    def answer(self, status, body):
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps({key: value for key, value in body.items() if value is not None}).encode())

    def do_GET(self):
        self.server.requests.append((self.path, {}))
        self.answer(200, {})

    def log_message(self, *_):
        pass
