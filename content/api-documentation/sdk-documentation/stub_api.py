"""A stand-in for the API on loopback, to try a client against: keys, scopes, pages, idempotency, problems, faults.

    with StubApi() as api:
        client = harbourline.Client(api.key, url=api.url)

Python 3.11, standard library only. It keeps the scopes of scopes.csv and raises only codes of errors.yaml.
`api.faults` is a list of what goes wrong, one entry a request: (code, headers), "lost" (does the work, then hangs up
before it answers), "page" (a proxy's page instead of a problem) or None (nothing). `python3 stub_api.py` serves until Ctrl-C.
"""

import contextlib
import csv
import json
import re
import secrets
import sqlite3
import sys
import threading
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api-specifications"))

import cursor
from idempotency import Idempotency
from problems import Problem, answer

BODY_MAX = 256 * 1024
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TABLES = """
create table organisations (id text, slug text, name text, legal_name text, country text, address text, vat_id text,
    billing_email text, status text, created_at text, version integer);
create table invoices (organisation_id text, id text, number text, status text, net_minor integer, tax_minor integer,
    issued_on text, due_on text, created_at text, version integer);
create table payments (organisation_id text, id text, invoice_id text, amount_minor integer, created_at text);
create table endpoints (organisation_id text, id text, url text, events text, description text, secret text,
    created_at text);
create table idempotency_keys (organisation_id text, key text, operation text, request_digest blob, status integer,
    response text, created_at text, expires_at text, primary key (organisation_id, key));
"""
ROUTES = [
    ("GET", r"/v1/organisation", "getOrganisation"),
    ("PATCH", r"/v1/organisation", "updateOrganisation"),
    ("GET", r"/v1/invoices", "listInvoices"),
    ("GET", r"/v1/invoices/([^/]+)", "getInvoice"),
    ("POST", r"/v1/invoices/([^/]+)/pay", "payInvoice"),
    ("GET", r"/v1/usage", "getUsage"),
    ("GET", r"/v1/webhook-endpoints", "listWebhookEndpoints"),
    ("POST", r"/v1/webhook-endpoints", "createWebhookEndpoint"),
]


def scopes_by_operation():
    with open(HERE.parents[1] / "reference" / "scopes.csv", encoding="utf-8", newline="") as file:
        return {name: row["scope"] for row in csv.DictReader(file) for name in row["operations"].split()}


class Refusal(Problem):
    """A problem with headers of its own."""

    def __init__(self, code, detail=None, headers=(), **more):
        super().__init__(code, detail, **more)
        self.headers = dict(headers)


class StubApi:
    """The server and its state. All changes are made under one lock, so that it answers as one database would."""

    SCOPES = scopes_by_operation()
    schemes = "https://"

    def __init__(self, invoices=0, faults=(), clock=lambda: datetime.now(timezone.utc)):
        self.clock, self.faults, self.requests = clock, list(faults), []
        self.lock, self.secret = threading.RLock(), secrets.token_bytes(32)
        self.keys = {}
        self.db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(TABLES)
        self.organisation = self.add_organisation("Example Foods")
        self.key = self.add_key(self.organisation, set(self.SCOPES.values()))
        for number in range(invoices):
            self.add_invoice(self.organisation, number)
        handler = type("Handler", (Handler,), {"api": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.db.close()

    def add_organisation(self, name):
        new = str(uuid.uuid4())
        slug = re.sub("[^a-z0-9]+", "-", name.lower())
        self.db.execute("insert into organisations values (?, ?, ?, ?, 'IE', '1 Example Quay, Dublin', null, ?, 'active', ?, 1)",
                        (new, slug, name, f"{name} Ltd", f"accounts@{slug}.example", stamp(self.clock())))
        return new

    def add_key(self, organisation, scopes):
        key = f"hbl_test_{secrets.token_hex(16)}_000000"
        self.keys[key] = (organisation, frozenset(scopes))
        return key

    def add_invoice(self, organisation, number, status="open"):
        new, day = str(uuid.uuid4()), f"2026-{number % 12 + 1:02}-01"
        self.db.execute("insert into invoices values (?, ?, ?, ?, 10000, 2300, ?, ?, ?, 1)",
                        (organisation, new, f"INV-2026-{number + 1:06}", status, day, day[:8] + "15", f"{day}T04:00:00Z"))
        return new

    def rows(self, sql, parameters):
        return [dict(row) for row in self.db.execute(sql, parameters)]

    @contextlib.contextmanager
    def transaction(self):
        self.db.execute("begin")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    # What happens to a request

    def answer(self, method, path, headers, query, body):
        """Status, headers and body; a Problem for a refusal."""
        organisation, scopes = self.authenticate(headers.get("Authorization"))
        operation, found = self.route(method, path)
        if (scope := self.SCOPES[operation]) not in scopes:
            raise Refusal("auth.scope_missing", f"It needs {scope}.", {
                "WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'})
        given = self.parse(headers, body) if method == "PATCH" or operation == "createWebhookEndpoint" else {}
        work = getattr(self, operation)
        if operation in ("payInvoice", "createWebhookEndpoint"):
            keys = Idempotency(Database(self), self.clock)
            status, result, replayed = keys.once(organisation, headers.get("Idempotency-Key"), f"{method} {path}", body,
                                                 lambda: work(organisation, *found, **given))
            return status, {"Idempotency-Replayed": "true"} if replayed else {}, result
        status, result = work(organisation, *found, **(query if method == "GET" else {**given, "headers": headers}))
        if "version" in result:
            return status, {"ETag": f'"{result["version"]}"'}, result
        return status, {}, result

    def authenticate(self, header):
        if not header:
            raise Problem("auth.key_missing")
        if (known := self.keys.get(header.removeprefix("Bearer "))) is None:
            raise Problem("auth.key_unknown")
        return known

    def route(self, method, path):
        methods = set()
        for known, pattern, operation in ROUTES:
            if match := re.fullmatch(pattern, path):
                if known == method:
                    return operation, match.groups()
                methods.add(known)
        if methods:
            raise Refusal("request.method_not_allowed", headers={"Allow": ", ".join(sorted(methods))})
        raise Problem("request.route_not_found")

    def parse(self, headers, body):
        if headers.get_content_type() != "application/json":
            raise Problem("request.media_type_unsupported")
        try:
            given = json.loads(body)
        except ValueError:
            raise Problem("request.malformed") from None
        if not isinstance(given, dict):
            raise Problem("request.invalid", errors=[{"pointer": "", "detail": "an object is wanted"}])
        return given

    # The operations

    def getOrganisation(self, organisation):
        (row,) = self.rows("select * from organisations where id = ?", (organisation,))
        return 200, row

    def updateOrganisation(self, organisation, headers, **changes):
        allow(changes, {"name", "legal_name", "vat_id"})
        _, row = self.getOrganisation(organisation)
        if headers.get("If-Match", f'"{row["version"]}"') != f'"{row["version"]}"':
            raise Problem("resource.version_conflict")
        for name, value in changes.items():
            self.db.execute(f"update organisations set {name} = ?, version = version + 1 where id = ?",
                            (value, organisation))
        return self.getOrganisation(organisation)

    def listInvoices(self, organisation, limit=None, cursor=None, **filters):
        allow(filters, {"status"}, "parameter")
        if limit is not None and not limit.isdigit():
            raise Problem("request.invalid", errors=[{"parameter": "limit", "detail": "a number"}])
        return 200, cursor_page(self, organisation, limit, cursor, filters)

    def getInvoice(self, organisation, invoice_id):
        rows = self.rows("select * from invoices where organisation_id = ? and id = ?", (organisation, invoice_id))
        if not rows:
            raise Problem("resource.not_found")
        return 200, shown(rows[0])

    def payInvoice(self, organisation, invoice_id):
        _, invoice = self.getInvoice(organisation, invoice_id)
        if invoice["status"] != "open":
            raise Problem("invoice.not_payable", f"Invoice {invoice['number']} is {invoice['status']}.")
        payment = {"id": str(uuid.uuid4()), "invoice_id": invoice_id, "status": "pending",
                   "amount_minor": invoice["total_minor"], "currency": "EUR", "created_at": stamp(self.clock())}
        self.db.execute("insert into payments values (?, ?, ?, ?, ?)",
                        (organisation, payment["id"], invoice_id, payment["amount_minor"], payment["created_at"]))
        self.db.execute("update invoices set status = 'paid', version = version + 1 where id = ?", (invoice_id,))
        return 202, payment

    def getUsage(self, organisation, month="2026-11"):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise Problem("request.invalid", errors=[{"parameter": "month", "detail": "YYYY-MM"}])
        return 200, {"month": month, "included": 50000, "used": 1204, "overage": 0, "overage_minor": 0,
                     "currency": "EUR", "as_of": stamp(self.clock())}

    def listWebhookEndpoints(self, organisation):
        rows = self.rows("select id, url, events, description, created_at from endpoints where organisation_id = ?",
                         (organisation,))
        return 200, {"data": [{**row, "events": json.loads(row["events"]), "status": "enabled", "disabled_reason": None}
                              for row in rows], "next_cursor": None}

    def createWebhookEndpoint(self, organisation, url="", events=None, description="", **rest):
        allow(rest, set())
        if not url.startswith(self.schemes):
            raise Problem("webhook.url_refused")
        if not isinstance(events, list):
            raise Problem("request.invalid", errors=[{"pointer": "/events", "detail": "a list is wanted"}])
        endpoint = {"id": str(uuid.uuid4()), "url": url, "events": events, "description": description,
                    "status": "enabled", "disabled_reason": None, "created_at": stamp(self.clock()),
                    "secret": "whsec_" + secrets.token_urlsafe(32)}
        self.db.execute("insert into endpoints values (?, ?, ?, ?, ?, ?, ?)",
                        (organisation, endpoint["id"], url, json.dumps(events), description, endpoint["secret"],
                         endpoint["created_at"]))
        return 201, endpoint


def cursor_page(api, organisation, limit, after, filters):
    page = cursor.page(api.rows, organisation, **filters, limit=int(limit) if limit else None, cursor=after,
                       secret=api.secret, now=api.clock().timestamp())
    return {**page, "data": [shown(row) for row in page["data"]]}


def shown(row):
    """An invoice as the API gives it."""
    total = row["net_minor"] + row["tax_minor"]
    return {**{name: value for name, value in row.items() if name != "organisation_id"}, "total_minor": total,
            "paid_minor": total if row["status"] == "paid" else 0, "currency": "EUR", "purchase_order": None}


def allow(given, known, kind="pointer"):
    """Requests are strict: a mistyped member must not pass unseen."""
    unknown = sorted(set(given) - known)
    if unknown:
        raise Problem("request.invalid", errors=[{kind: f"/{name}" if kind == "pointer" else name, "detail": "unknown"}
                                                 for name in unknown])


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class Database:
    """The connection as Idempotency wants it."""

    def __init__(self, api):
        self.execute, self.transaction = api.db.execute, api.transaction

    def __enter__(self):
        self.open = self.transaction()
        self.open.__enter__()

    def __exit__(self, *problem):
        self.open.__exit__(*problem)


class Handler(BaseHTTPRequestHandler):
    api = None
    protocol_version = "HTTP/1.1"

    def handle_one(self):
        api, parts = self.api, urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, BODY_MAX + 1))
        with api.lock:
            fault = api.faults.pop(0) if api.faults else None
            api.requests.append((self.command, parts.path, dict(self.headers), body))
            try:
                if isinstance(fault, tuple):
                    raise Refusal(fault[0], headers=fault[1], retry_after_s=1)
                if length > BODY_MAX:
                    self.close_connection = True
                    raise Problem("request.too_large")
                status, headers, result = api.answer(self.command, parts.path, self.headers,
                                                     dict(parse_qsl(parts.query)), body)
                headers, text = {"Content-Type": "application/json", **headers}, json.dumps(result).encode()
            except Problem as problem:
                status, headers, text = answer(problem, TRACE_ID)
                headers |= getattr(problem, "headers", {})
        if fault == "lost":
            self.close_connection = True
            return
        if fault == "page":
            status, headers, text = 502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"
        self.reply(status, {"RateLimit-Policy": '"plan";q=60;w=60', **headers}, text)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one

    def reply(self, status, headers, text):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    with StubApi(invoices=120) as api:
        print(f"API_URL={api.url}\nAPI_KEY={api.key}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
