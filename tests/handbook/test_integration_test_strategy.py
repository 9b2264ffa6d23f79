"""The stand-in for the API keeps the contract of openapi.yaml, and what the product sends fits the schemas of events."""

import json
import sys
import unittest
import urllib.error
import urllib.request
import uuid

from tools import ROOT, jsonschema, load_yaml

sys.dont_write_bytecode = True
PAGE = ROOT / "content/testing-and-quality-assurance/integration-test-strategy"
sys.path.insert(0, str(PAGE))

import journey
from contract import Contract
from product import Product, events_sent

SPEC = load_yaml(ROOT / "content/reference/openapi.yaml")
HOOKS = ROOT / "content/api-documentation/webhook-contracts"
UUID = "8e03978e-40d5-43dd-bc93-6894a57f9324"


class StandIn(unittest.TestCase):
    def setUp(self):
        self.api = self.enterContext(Product())
        self.invoice = self.api.add_invoice(self.api.organisation, 1)
        self.contract = Contract(SPEC, jsonschema)

    def call(self, method, path, body=None, **headers):
        """Sends a request, holds the answer to the contract, and gives its status and body."""
        sent = {"Authorization": f"Bearer {self.api.key}", "Content-Type": "application/json", **headers}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api.url + path, data, sent, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            status, given = answer.status, json.load(answer)
            kept = self.contract.faults(method, path.split("?")[0], status, dict(answer.headers), given)
        self.assertEqual([], kept, f"{method} {path}")
        return status, given

    def test_each_operation_answers_as_documented(self):
        pay = f"/v1/invoices/{self.invoice}/pay"
        key = {"Idempotency-Key": UUID}
        for expected, method, path, body, headers in [
            (200, "GET", "/v1/organisation", None, {}),
            (200, "PATCH", "/v1/organisation", {"name": "New"}, {"If-Match": '"1"'}),
            (412, "PATCH", "/v1/organisation", {"name": "Newer"}, {"If-Match": '"1"'}),
            (422, "PATCH", "/v1/organisation", {"nmae": "x"}, {}),
            (400, "PATCH", "/v1/organisation", b"{", {}),
            (415, "PATCH", "/v1/organisation", b"x", {"Content-Type": "text/plain"}),
            (200, "GET", "/v1/invoices?limit=1", None, {}),
            (422, "GET", "/v1/invoices?limit=0", None, {}),
            (400, "GET", "/v1/invoices?cursor=x", None, {}),
            (200, "GET", f"/v1/invoices/{self.invoice}", None, {}),
            (404, "GET", f"/v1/invoices/{UUID}", None, {}),
            (400, "POST", pay, None, {}),
            (400, "POST", pay, None, {"Idempotency-Key": "1"}),
            (202, "POST", pay, None, key),
            (202, "POST", pay, None, key),
            (200, "GET", "/v1/usage?month=2026-10", None, {}),
            (422, "GET", "/v1/usage?month=October", None, {}),
            (201, "POST", "/v1/webhook-endpoints", {"url": "https://x.example/", "events": []}, {"Idempotency-Key": str(uuid.uuid4())}),
            (422, "POST", "/v1/webhook-endpoints", {"url": "ftp://x.example/", "events": []}, {"Idempotency-Key": str(uuid.uuid4())}),
            (422, "POST", "/v1/webhook-endpoints", {"url": "https://y.example/", "events": []}, key),
            (200, "GET", "/v1/webhook-endpoints", None, {}),
            (401, "GET", "/v1/organisation", None, {"Authorization": ""}),
            (401, "GET", "/v1/organisation", None, {"Authorization": "Bearer x"}),
        ]:
            self.assertEqual(expected, self.call(method, path, body, **headers)[0], f"{method} {path}")

    def test_a_key_without_the_scope_gets_the_documented_refusal(self):
        key = self.api.add_key(self.api.organisation, {"usage:read"})
        self.assertEqual(403, self.call("GET", "/v1/organisation", Authorization=f"Bearer {key}")[0])

    def test_what_breaks_the_contract_is_named(self):
        good = self.call("GET", f"/v1/invoices/{self.invoice}")[1]
        path, kind = f"/v1/invoices/{self.invoice}", {"Content-Type": "application/json"}
        problem = {"type": "https://x.example", "title": "x", "status": 404, "code": "resource.not_found"}
        as_problem = {"Content-Type": "application/problem+json"}
        for status, headers, body, words in [
            (200, kind, {**good, "total_minor": "12300"}, "is not of type 'integer'"),
            (200, kind, {name: value for name, value in good.items() if name != "number"}, "'number' is a required"),
            (200, kind, {**good, "secret": 1}, "'secret' was unexpected"),
            (200, {"Content-Type": "text/html"}, good, "media type"),
            (201, kind, good, "status 201 is not in the document"),
            (404, as_problem, {**problem, "code": "invoice.not_payable"}, "code 'invoice.not_payable'"),
            (404, as_problem, {**problem, "status": 500}, "status of body and answer differ"),
        ]:
            self.assertIn(words, " ".join(self.contract.faults("GET", path, status, headers, body)))
        self.assertEqual([], self.contract.faults("GET", path, 404, as_problem, problem))
        self.assertEqual(["GET /v2/x is not in the document"], self.contract.faults("GET", "/v2/x", 200, kind, {}))


class Events(unittest.TestCase):
    def test_what_the_product_sends_fits_the_schemas(self):
        product, said = Product(), []
        self.assertEqual(0, journey.main(product, said.append))
        sent = events_sent(product)
        self.assertEqual(["webhook.ping", "invoice.paid"], [event["type"] for event in sent])
        for event in sent:
            schema = json.loads((HOOKS / f"{event['type']}.v1.json").read_text(encoding="utf-8"))
            validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
            self.assertEqual([], [error.message for error in validator.iter_errors(event)])
            self.assertEqual(set(schema["properties"]["data"]["properties"]), set(event["data"]))


if __name__ == "__main__":
    unittest.main()
