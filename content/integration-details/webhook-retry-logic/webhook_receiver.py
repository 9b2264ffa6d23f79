"""A client's side of a webhook: verify, record once, answer fast. And a server to try it with."""
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refused(Exception):
    """The request isn't ours, or is too old. The text is for our log, not for the answer."""


# ANCHOR: verify
def verify(header, body, secrets, now, tolerance_s):
    """Raises Refused unless `header` signs these very bytes, lately, with one of the secrets."""
    pairs = [part.strip().partition("=") for part in (header or "").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or not signatures:
        raise Refused("no usable signature header")
    if abs(now - int(times[0])) > tolerance_s:
        raise Refused("timestamp outside the tolerance")
    for secret in secrets:
        signed = times[0].encode() + b"." + body
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        if any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures):
            return
    raise Refused("signature doesn't match")
# ANCHOR_END: verify


# ANCHOR: inbox
class Inbox:
    """Records an event and its effect in one transaction, so that a second delivery does nothing."""

    def __init__(self, path=":memory:"):
        self.lock = threading.Lock()
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.executescript(
            """
            CREATE TABLE received_events (
                event_id    text PRIMARY KEY,
                received_at integer NOT NULL
            );
            CREATE TABLE payments (invoice_id text NOT NULL, amount_minor integer NOT NULL);
            """
        )

    def accept(self, event, now):
        """Returns False for an event seen before. The id is the one in the signed body."""
        with self.lock, self.db:
            new = self.db.execute(
                "INSERT INTO received_events VALUES (?, ?) ON CONFLICT DO NOTHING",
                (event["id"], int(now)),
            ).rowcount
            if new and event["type"] == "invoice.paid":
                data = event["data"]
                self.db.execute(
                    "INSERT INTO payments VALUES (?, ?)", (data["invoice_id"], data["amount_minor"])
                )
            return bool(new)

    def forget(self, now, dedupe_days):
        """Drops ids that can't come again."""
        with self.lock, self.db:
            oldest = now - dedupe_days * 86400
            self.db.execute("DELETE FROM received_events WHERE received_at < ?", (oldest,))

    def count(self, table):
        with self.lock:
            return self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
# ANCHOR_END: inbox


class Receiver:
    """An HTTP server on loopback that plays `script`, one behaviour a request, then accepts.

    A behaviour is a status, (status, headers), or a word: "slow" answers too late, "drip" sends
    its answer byte by byte, "lost" does the work and closes before it answers.
    """

    def __init__(self, secrets, settings, now=time.time, script=(), tls=None):
        self.secrets, self.settings, self.now = list(secrets), settings, now
        self.script, self.inbox = list(script), Inbox()
        self.requests, self.refused = [], []
        self.stopping = threading.Event()
        handler = type("Handler", (Handler,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    receiver = None

    def do_POST(self):
        receiver = self.receiver
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return self.answer(411)
        if int(length) > receiver.settings["body_max_bytes"]:
            return self.answer(413)
        body = self.rfile.read(int(length))
        receiver.requests.append((self.path, dict(self.headers), body))
        step = receiver.script.pop(0) if receiver.script else 204
        if step == "slow":
            receiver.stopping.wait(5)
        elif step == "drip":
            self.drip()
        elif step == "lost":
            self.accept(body)
        elif isinstance(step, tuple):
            self.answer(*step)
        else:
            self.answer(self.accept(body) if step == 204 else step)

    def accept(self, body):
        """Returns the status: 204 also for a duplicate, or the sender would try it again."""
        receiver = self.receiver
        header = self.headers.get("Harbourline-Signature")
        try:
            verify(header, body, receiver.secrets, receiver.now(), receiver.settings["tolerance_s"])
        except Refused as error:
            receiver.refused.append(str(error))
            return 400
        receiver.inbox.accept(json.loads(body), receiver.now())
        return 204

    def answer(self, status, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self):
        self.wfile.write(b"HTTP/1.0 204 No Content\r\nX-Slow: ")
        for _ in range(300):
            if self.receiver.stopping.wait(0.02):
                break
            self.wfile.write(b".")

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # The sender hung up on a slow answer, which is what that behaviour is for.

    def log_message(self, *_):
        pass
