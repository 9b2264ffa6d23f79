"""A stand-in for the whole product on loopback: portal, API, payment provider, worker and webhooks.

Python 3.11, standard library only. It is what the scenarios run against on a laptop and in the pipeline; in staging
they run against the product. Builds on the stand-in for the API and the real sender of webhooks.
"""

import hashlib
import json
import random
import secrets
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

CONTENT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CONTENT / "error-handling-and-recovery" / "detailed-error-codes"),
                str(CONTENT / "api-documentation" / "sdk-documentation"),
                str(CONTENT / "integration-details" / "webhook-retry-logic")]

from problems import Problem
from stub_api import StubApi, allow, stamp
from webhook_sender import Clock, Endpoint, Sender, run_until_idle


class Product(StubApi):
    """The API with a portal in front and a worker behind. Time stands still but for `time`, which the tests move."""

    schemes = ("https://", "http://")  # On loopback there are no certificates.

    def __init__(self):
        self.time = Clock()
        self.sessions, self.people, self.revoked, self.endpoints = {}, {}, {}, {}
        self.sender = Sender(now=self.time, resolve=lambda *_: ["127.0.0.1"], dice=random.Random(7), simulation=True)
        super().__init__(clock=lambda: datetime.fromtimestamp(self.time(), timezone.utc))

    # ANCHOR: seed
    def seed(self, run):
        """An organisation of its own for one run, named after it, with an owner and an open invoice."""
        organisation, password = self.add_organisation(run), secrets.token_urlsafe(16)
        email = f"owner@{run}.example"
        self.people[email] = (digest(password), organisation)
        return {"organisation": organisation, "email": email, "password": password,
                "invoice": self.add_invoice(organisation, len(self.people))}

    def clean(self, organisation):
        """Removes all that belongs to a run; gives how many rows are left, which must be none."""
        self.keys = {key: known for key, known in self.keys.items() if known[0] != organisation}
        self.people = {email: known for email, known in self.people.items() if known[1] != organisation}
        self.sessions = {one: whose for one, whose in self.sessions.items() if whose != organisation}
        left = 0
        for table in ("payments", "invoices", "endpoints", "idempotency_keys", "organisations"):
            column = "id" if table == "organisations" else "organisation_id"
            self.db.execute(f"delete from {table} where {column} = ?", (organisation,))
            left += self.db.execute(f"select count(*) from {table} where {column} = ?", (organisation,)).fetchone()[0]
        return left
    # ANCHOR_END: seed

    def answer(self, method, path, headers, query, body):
        if path == "/portal/sign-in" and method == "POST":
            return self.sign_in(**self.parse(headers, body))
        if path == "/portal/api-keys" and method == "POST":
            return self.issue_key(self.signed_in(headers), **self.parse(headers, body))
        if path == "/portal/api-keys/revoke" and method == "POST":
            return self.revoke_key(self.signed_in(headers), **self.parse(headers, body))
        if path == "/provider/notices" and method == "POST":
            return self.notice(**self.parse(headers, body))
        return super().answer(method, path, headers, query, body)

    # The portal

    def sign_in(self, email="", password="", **rest):
        allow(rest, set())
        known, organisation = self.people.get(email, (digest(secrets.token_hex()), None))
        if not secrets.compare_digest(known, digest(password)):
            raise Problem("auth.sign_in_failed")
        session = secrets.token_urlsafe(32)
        self.sessions[digest(session)] = organisation
        return 200, {"Set-Cookie": f"__Host-session={session}; Path=/; Secure; HttpOnly; SameSite=Lax"}, {"signed_in": True}

    def signed_in(self, headers):
        session = (headers.get("Cookie") or "").removeprefix("__Host-session=")
        if (organisation := self.sessions.get(digest(session))) is None:
            raise Problem("auth.session_expired")
        return organisation

    def issue_key(self, organisation, scopes=(), **rest):
        allow(rest, set())
        if not scopes or not set(scopes) <= set(self.SCOPES.values()):
            raise Problem("api_keys.invalid")
        return 201, {"Cache-Control": "no-store"}, {"key": self.add_key(organisation, scopes), "scopes": list(scopes)}

    def revoke_key(self, organisation, key="", **rest):
        allow(rest, set())
        if self.keys.get(key, (None,))[0] != organisation:
            raise Problem("api_keys.not_found")
        self.revoked[key] = self.keys.pop(key)
        return 200, {}, {"revoked": True}

    def authenticate(self, header):
        if (header or "").removeprefix("Bearer ") in self.revoked:
            raise Problem("auth.key_revoked")
        return super().authenticate(header)

    # Payments and webhooks

    def payInvoice(self, organisation, invoice_id):
        """In the product a payment is pending until the provider's notice."""
        status, payment = super().payInvoice(organisation, invoice_id)
        self.db.execute("update invoices set status = 'open', version = version - 1 where id = ?", (invoice_id,))
        return status, payment

    def notice(self, payment="", outcome="", **rest):
        """What the payment provider sends, perhaps twice: the second time nothing is left to do."""
        allow(rest, set())
        rows = self.rows("select p.*, i.number, i.status, i.version from payments p join invoices i on i.id = p.invoice_id"
                         " where p.id = ?", (payment,))
        if outcome == "succeeded" and rows and rows[0]["status"] == "open":
            (row,) = rows
            self.db.execute("update invoices set status = 'paid', version = version + 1 where id = ?", (row["invoice_id"],))
            self.publish(row["organisation_id"], "invoice.paid", row["version"] + 1, {
                "invoice_id": row["invoice_id"], "number": row["number"], "amount_minor": row["amount_minor"],
                "currency": "EUR", "paid_at": stamp(self.clock())})
        return 200, {}, {"taken": True}

    def createWebhookEndpoint(self, organisation, **given):
        status, made = super().createWebhookEndpoint(organisation, **given)
        endpoint = Endpoint(made["url"], [made["secret"]], made["id"])
        self.endpoints.setdefault(organisation, []).append((endpoint, made["events"]))
        self.publish(organisation, "webhook.ping", None, {"endpoint_id": made["id"], "requested_by": None}, only=endpoint)
        return status, made

    def publish(self, organisation, kind, object_version, data, only=None):
        event = {"id": str(uuid.uuid4()), "type": kind, "version": 1, "mode": "test", "created_at": stamp(self.clock()),
                 "organisation_id": organisation, "object_version": object_version, "data": data}
        for endpoint, wanted in self.endpoints.get(organisation, []):
            if endpoint is only or (only is None and (not wanted or kind in wanted)):
                self.sender.publish(endpoint, event)

    def work(self):
        """Runs the worker until nothing is due; waits between attempts pass at once."""
        run_until_idle(self.sender, self.time)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def events_sent(product):
    return [json.loads(delivery.body) for delivery in product.sender.deliveries]
