"""Scenario 1: from the first sign-in to a booked payment, over HTTP, step by step.

    python3 journey.py        prints each step; exit status 1 at the first that is not as expected

The scenario knows URLs, headers and bodies, as a browser or a client does, and nothing of the inside.
"""

import json
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from product import Product
import harbourline
from webhook_receiver import Receiver
from webhook_sender import read_settings


class NotAsExpected(AssertionError):
    pass


# ANCHOR: steps
class Journey:
    """`base` is where the product listens; `seeded` is what the run was given; `receiver` is the client's server."""

    def __init__(self, base, seeded, receiver, work, receiver_url):
        self.base, self.seeded, self.receiver, self.work = base, seeded, receiver, work
        self.receiver_url, self.session = receiver_url, ""

    def run(self):
        """Each step: what is done, what is expected, what was found."""
        yield self.step("a wrong password is refused", (401, "auth.sign_in_failed"), self.sign_in("wrong"))
        yield self.step("without a session no key is issued", (401, "auth.session_expired"), self.issue(["usage:read"]))
        yield self.step("the owner signs in", (200, None), self.sign_in(self.seeded["password"]))
        yield self.step("a key is issued", (201, None), self.issue(["invoices:read", "invoices:write", "webhooks:write"]))
        client = harbourline.Client(self.key, url=self.base)
        endpoint = client.create_webhook_endpoint(self.receiver_url, ["invoice.paid"], idempotency_key=str(uuid.uuid4()))
        self.receiver.secrets.append(endpoint["secret"])
        self.work()
        yield self.step("the new endpoint gets a signed ping", ["webhook.ping"], self.received())
        (invoice,) = client.invoices(status="open")
        key = str(uuid.uuid4())
        payment = client.pay_invoice(invoice["id"], idempotency_key=key)
        yield self.step("a repeated payment is the same payment", payment, client.pay_invoice(invoice["id"], idempotency_key=key))
        yield self.step("it is pending until the provider says so", "open", client.invoice(invoice["id"])["status"])
        self.receiver.script.append("lost")
        for _ in range(2):
            self.call("/provider/notices", {"payment": payment["id"], "outcome": "succeeded"})
        self.work()
        yield self.step("the event comes again when its answer is lost", ["webhook.ping", "invoice.paid", "invoice.paid"],
                        self.received())
        yield self.step("the client books it once", 1, self.receiver.inbox.count("payments"))
        yield self.step("the API shows it paid", "paid", client.invoice(invoice["id"])["status"])
        yield self.step("the key is revoked in the portal", (200, None), self.call("/portal/api-keys/revoke", {"key": self.key}))
        yield self.step("it is refused from then on", "auth.key_revoked", self.refusal(client.usage))

    def step(self, what, expected, found):
        if found != expected:
            raise NotAsExpected(f"{what}: expected {expected!r}, found {found!r}")
        return what
    # ANCHOR_END: steps

    def sign_in(self, password):
        return self.call("/portal/sign-in", {"email": self.seeded["email"], "password": password})

    def issue(self, scopes):
        return self.call("/portal/api-keys", {"scopes": scopes})

    def received(self):
        """The types of all events that came with a good signature."""
        if self.receiver.refused:
            raise NotAsExpected(f"refused by the receiver: {self.receiver.refused}")
        return [json.loads(body)["type"] for _, _, body in self.receiver.requests]

    def refusal(self, call):
        try:
            call()
        except harbourline.ApiError as error:
            return error.code
        return None

    def call(self, path, body):
        """What a browser does; gives status and code."""
        headers = {"Content-Type": "application/json", **({"Cookie": self.session} if self.session else {})}
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                cookie = answer.headers.get("Set-Cookie")
                self.session = cookie.split(";")[0] if cookie else self.session
                self.key = json.load(answer).get("key", getattr(self, "key", None))
                return answer.status, None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error).get("code")


def main(product=None, out=print):
    with product or Product() as product:
        run = f"it-{uuid.uuid4().hex[:8]}"
        seeded = product.seed(run)
        receiver = Receiver([], read_settings(), product.time)
        try:
            journey = Journey(product.url, seeded, receiver, product.work, f"http://hooks.client.example:{receiver.port}/")
            for number, what in enumerate(journey.run(), 1):
                out(f"{number:2} ok {what}")
        except NotAsExpected as error:
            out(f"   FAILED {error}")
            return 1
        finally:
            receiver.close()
            out(f"   rows left after cleaning: {product.clean(seeded['organisation'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
