"""The client against the stand-in for the API, over real HTTP on loopback. Nothing sleeps: the clock is the tests'."""

import contextlib
import hashlib
import hmac
import io
import os
import random
import subprocess
import sys
import threading
import unittest
import uuid
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import harbourline
import quickstart
from stub_api import StubApi

BUSY = ("rate.limited", {"Retry-After": "7"})
DOWN = ("service.unavailable", {"Retry-After": "1"})
BROKEN = ("service.internal", {})


class WithApi(unittest.TestCase):
    INVOICES = 3

    def setUp(self):
        self.api = self.enterContext(StubApi(invoices=self.INVOICES))
        self.waits, self.time = [], 0.0
        self.client = self.new_client()

    def new_client(self, key=None, **more):
        return harbourline.Client(key or self.api.key, url=self.api.url, sleep=self.sleep, clock=lambda: self.time,
                                  dice=random.Random(7), **more)

    def sleep(self, wait):
        self.waits.append(wait)
        self.time += wait

    @contextlib.contextmanager
    def assert_refused(self, code, status):
        with self.assertRaises(harbourline.ApiError) as caught:
            yield caught
        self.assertEqual((code, status), (caught.exception.code, caught.exception.status))

    def payments(self):
        return self.api.db.execute("select count(*) from payments").fetchone()[0]

    def first_invoice(self):
        return next(self.client.invoices())["id"]


class Reading(WithApi):
    INVOICES = 230

    def test_a_list_is_read_to_its_end_in_pages_of_a_hundred(self):
        numbers = [invoice["number"] for invoice in self.client.invoices()]
        self.assertEqual((230, 230), (len(numbers), len(set(numbers))))
        self.assertEqual(3, len(self.api.requests))

    def test_pages_are_fetched_as_they_are_needed(self):
        found = self.client.invoices()
        for _ in range(100):
            next(found)
        self.assertEqual(1, len(self.api.requests))

    def test_filters_go_with_every_page(self):
        self.api.add_invoice(self.api.organisation, 999, "void")
        self.assertEqual(1, len(list(self.client.invoices(status="void"))))
        self.assertEqual(230, len(list(self.client.invoices(status="open"))))

    def test_one_object_and_another_organisations(self):
        mine = next(self.client.invoices())
        self.assertEqual(mine, self.client.invoice(mine["id"]))
        foreign = self.api.add_invoice(self.api.add_organisation("Other"), 1)
        for unknown in (foreign, str(uuid.uuid4()), "../organisation", "a b?c"):
            with self.assert_refused("resource.not_found", 404):
                self.client.invoice(unknown)

    def test_usage_of_a_month_and_a_wrong_one(self):
        self.assertEqual("2026-10", self.client.usage("2026-10")["month"])
        with self.assert_refused("request.invalid", 422) as caught:
            self.client.usage("October")
        self.assertEqual("month", caught.exception.problem["errors"][0]["parameter"])


class Authentication(WithApi):
    def test_the_key_goes_in_the_header_and_the_version_with_it(self):
        self.client.organisation()
        headers = self.api.requests[0][2]
        self.assertEqual(f"Bearer {self.api.key}", headers["Authorization"])
        self.assertEqual(f"harbourline-python/{harbourline.__version__}", headers["User-Agent"])

    def test_an_unknown_key_and_a_missing_scope_are_not_tried_again(self):
        with self.assert_refused("auth.key_unknown", 401):
            self.new_client("hbl_test_unknown").organisation()
        limited = self.api.add_key(self.api.organisation, {"usage:read"})
        with self.assert_refused("auth.scope_missing", 403):
            next(self.new_client(limited).invoices())
        self.assertEqual([], self.waits)

    def test_the_key_is_in_no_repr_and_no_error(self):
        secret = "hbl_test_secret"
        client = self.new_client(secret)
        with self.assertRaises(harbourline.ApiError) as caught:
            client.organisation()
        self.assertNotIn(secret, repr(client) + repr(caught.exception) + str(caught.exception))
        with self.assertRaises(ValueError) as caught:
            self.new_client(secret + "\r\nX-Evil: 1")
        self.assertNotIn(secret, str(caught.exception))

    def test_plain_http_is_for_loopback_only(self):
        for url in ("http://api.harbourline.example", "ftp://127.0.0.2", "http://127.0.0.1.evil.example"):
            with self.assertRaises(ValueError):
                harbourline.Client("k", url=url)
        self.assertTrue(harbourline.API_URL.startswith("https://"))

    def test_a_redirect_is_not_followed_so_the_key_stays_here(self):
        seen = []

        class Elsewhere(BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(self.path)
                self.send_response(307)
                self.send_header("Location", f"http://127.0.0.1:{server.server_address[1]}/stolen")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Elsewhere)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.shutdown)
        client = harbourline.Client("k", url=f"http://127.0.0.1:{server.server_address[1]}")
        with self.assertRaises(harbourline.ApiError) as caught:
            client.organisation()
        self.assertEqual((307, ["/v1/organisation"]), (caught.exception.status, seen))


class Retrying(WithApi):
    def test_what_passes_by_itself_is_tried_again(self):
        self.api.faults = [BUSY, DOWN, BROKEN, "page"]
        self.assertEqual("Example Foods", self.client.organisation()["name"])
        self.assertEqual(5, len(self.api.requests))

    def test_the_wait_is_never_shorter_than_asked_for(self):
        self.api.faults = [BUSY, DOWN]
        self.client.organisation()
        self.assertEqual(7.0, self.waits[0])
        self.assertGreaterEqual(self.waits[1], 1.0)

    def test_after_five_tries_the_last_error_is_raised(self):
        self.api.faults = [DOWN] * 9
        with self.assert_refused("service.unavailable", 503):
            self.client.organisation()
        self.assertEqual((5, 4), (len(self.api.requests), len(self.waits)))

    def test_it_does_not_wait_past_two_minutes(self):
        self.api.faults = [("rate.limited", {"Retry-After": "50"})] * 9
        with self.assert_refused("rate.limited", 429):
            self.client.organisation()
        self.assertEqual([50.0, 50.0], self.waits)

    def test_a_retry_after_that_is_no_number_is_left_out(self):
        self.api.faults = [("rate.limited", {"Retry-After": "soon"})]
        self.client.organisation()
        self.assertLessEqual(self.waits[0], harbourline.WAIT_S)

    def test_waits_spread_over_a_doubling_span(self):
        dice = random.Random(1)
        for tries, span in ((1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (9, 30.0)):
            waits = [harbourline.wait_s(tries, None, dice) for _ in range(2000)]
            self.assertTrue(0 <= min(waits) < 0.05 * span and 0.95 * span < max(waits) <= span, tries)
            self.assertAlmostEqual(span / 2, sum(waits) / len(waits), delta=span / 20)

    def test_an_answer_lost_on_the_way_pays_once(self):
        invoice = self.first_invoice()
        self.api.faults = ["lost"]
        payment = self.client.pay_invoice(invoice, idempotency_key=str(uuid.uuid4()))
        self.assertEqual(("pending", 1), (payment["status"], self.payments()))

    def test_without_an_idempotency_key_a_change_is_not_repeated(self):
        for fault, error in (("lost", harbourline.NoAnswer), (BROKEN, harbourline.ApiError)):
            self.api.faults, before = [fault], len(self.api.requests)
            with self.assertRaises(error):
                self.client.update_organisation(name="New")
            self.assertEqual(before + 1, len(self.api.requests))
        self.api.faults = [BUSY]  # Refused before anything was done.
        self.assertEqual("New", self.client.update_organisation(name="New")["name"])

    def test_no_server_is_no_answer(self):
        client = harbourline.Client("k", url="http://127.0.0.1:1", sleep=self.sleep, clock=lambda: self.time)
        with self.assertRaises(harbourline.NoAnswer) as caught:
            client.organisation()
        self.assertIn("GET /v1/organisation", str(caught.exception))
        self.assertEqual(4, len(self.waits))


class Changing(WithApi):
    def test_one_key_pays_once_and_another_is_refused(self):
        invoice, key = self.first_invoice(), str(uuid.uuid4())
        first = self.client.pay_invoice(invoice, idempotency_key=key)
        self.assertEqual(first, self.client.pay_invoice(invoice, idempotency_key=key))
        with self.assert_refused("invoice.not_payable", 409):
            self.client.pay_invoice(invoice, idempotency_key=str(uuid.uuid4()))
        self.assertEqual(1, self.payments())

    def test_a_key_that_served_another_request_is_refused(self):
        first, second = [invoice["id"] for invoice in self.client.invoices()][:2]
        key = str(uuid.uuid4())
        self.client.pay_invoice(first, idempotency_key=key)
        with self.assert_refused("idempotency.key_reused", 422):
            self.client.pay_invoice(second, idempotency_key=key)

    def test_a_key_that_is_no_uuid_does_not_leave_the_house(self):
        with self.assertRaises(ValueError):
            self.client.pay_invoice("1", idempotency_key="order 17")
        self.assertEqual([], self.api.requests)

    def test_a_change_bound_to_a_version_loses_to_a_faster_one(self):
        read = self.client.organisation()
        changed = self.client.update_organisation(version=read["version"], name="First")
        self.assertEqual(read["version"] + 1, changed["version"])
        with self.assert_refused("resource.version_conflict", 412):
            self.client.update_organisation(version=read["version"], name="Second")
        self.assertEqual("First", self.client.organisation()["name"])

    def test_a_mistyped_member_is_named(self):
        with self.assert_refused("request.invalid", 422) as caught:
            self.client.update_organisation(nmae="x")
        self.assertEqual("/nmae", caught.exception.problem["errors"][0]["pointer"])

    def test_a_webhook_endpoint_and_a_refused_one(self):
        key = str(uuid.uuid4())
        made = self.client.create_webhook_endpoint("https://hooks.client.example/", ["invoice.paid"], idempotency_key=key)
        self.assertRegex(made["secret"], r"\Awhsec_[A-Za-z0-9_-]{43}\Z")
        with self.assert_refused("webhook.url_refused", 422):
            self.client.create_webhook_endpoint("http://hooks.client.example/", [], idempotency_key=str(uuid.uuid4()))


class Errors(WithApi):
    def test_a_problem_tells_code_trace_id_and_detail(self):
        invoice = self.first_invoice()
        self.client.pay_invoice(invoice, idempotency_key=str(uuid.uuid4()))
        with self.assert_refused("invoice.not_payable", 409) as caught:
            self.client.pay_invoice(invoice, idempotency_key=str(uuid.uuid4()))
        error = caught.exception
        self.assertFalse(error.retryable)
        self.assertIn("is paid.", str(error))
        self.assertIn("4bf92f3577b34da6a3ce929d0e0e4736", str(error))

    def test_a_page_of_a_proxy_is_an_error_without_a_code(self):
        self.api.faults = ["page"] * 5
        with self.assert_refused("unknown", 502) as caught:
            self.client.organisation()
        self.assertTrue(caught.exception.retryable)

    def test_retryable_is_what_the_registry_says(self):
        from problems import CODES
        for code, entry in CODES.items():
            error = harbourline.ApiError(entry["http"], {"code": code})
            self.assertIs(entry["retryable"], error.retryable, code)

    def test_a_deprecated_operation_warns(self):
        class Answer(io.BytesIO):
            headers = {"Deprecation": "@1798761600", "Sunset": "Thu, 30 Dec 2027 23:59:59 GMT"}

        request = self.client._prepare("GET", "/v1/usage", None, None, None, None)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            harbourline.warn_of_deprecation(request, Answer.headers)
            harbourline.warn_of_deprecation(request, {})
        self.assertEqual(["GET /v1/usage is deprecated; it ends Thu, 30 Dec 2027 23:59:59 GMT"],
                         [str(one.message) for one in seen])


class Webhooks(unittest.TestCase):
    NOW, BODY, OLD, NEW = 1_795_000_000, b'{"id":"1","type":"webhook.ping"}', "whsec_old", "whsec_new"

    def header(self, *secrets, at=NOW, body=BODY):
        signed = f"{at}.".encode() + body
        return ",".join([f"t={at}"] + [f"v1={hmac.new(s.encode(), signed, hashlib.sha256).hexdigest()}" for s in secrets])

    def verify(self, header, body=BODY, secrets=(OLD,), now=NOW):
        return harbourline.verify_webhook(header, body, list(secrets), now)

    def test_a_signed_event_is_given(self):
        self.assertEqual("webhook.ping", self.verify(self.header(self.OLD))["type"])

    def test_either_secret_counts_while_a_rotation_is_open(self):
        header = self.header(self.NEW, self.OLD)
        for known in ([self.OLD], [self.NEW], [self.NEW, self.OLD]):
            self.verify(header, secrets=known)

    def test_what_is_not_signed_by_us_now_is_refused(self):
        good = self.header(self.OLD)
        for header, body, secrets, now in [
            (good, self.BODY + b" ", [self.OLD], self.NOW), (good, self.BODY, [self.NEW], self.NOW),
            (good, self.BODY, [], self.NOW), (good, self.BODY, [self.OLD], self.NOW + 301),
            (good, self.BODY, [self.OLD], self.NOW - 301), (None, self.BODY, [self.OLD], self.NOW),
            ("", self.BODY, [self.OLD], self.NOW), ("t=1", self.BODY, [self.OLD], 1),
            (good + ",t=1", self.BODY, [self.OLD], self.NOW), (good.replace("v1", "v0"), self.BODY, [self.OLD], self.NOW),
            ("t=²,v1=0", self.BODY, [self.OLD], self.NOW), (good[:-1] + "é", self.BODY, [self.OLD], self.NOW),
        ]:
            with self.assertRaises(ValueError, msg=header):
                self.verify(header, body, secrets, now)
        self.verify(good, now=self.NOW + 300)
        self.verify(good, now=self.NOW - 300)


class Examples(WithApi):
    INVOICES = 120

    def test_the_quickstart_prints_what_the_page_shows(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            quickstart.main(self.client)
        self.assertEqual((HERE / "quickstart.txt").read_text(encoding="utf-8"), out.getvalue())

    def test_the_curl_examples_run(self):
        done = subprocess.run(["sh", HERE / "examples.sh"], capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "API_URL": self.api.url, "API_KEY": self.api.key})
        self.assertEqual((0, "Example Foods\npages: 3\npending\nresource.not_found\n", ""),
                         (done.returncode, done.stdout, done.stderr))
        self.assertEqual(1, self.payments())


if __name__ == "__main__":
    unittest.main()
