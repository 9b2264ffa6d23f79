"""Tests of structured_log.py: nothing secret gets through, nothing makes it fail, every line finds its trace."""

import csv
import datetime
import io
import json
import logging
import re
import sys
import time
import unittest
import uuid
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import demo
import structured_log
import volume
from structured_log import PATTERNS, bind, clean, event, kept, parse_traceparent, redact

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
KEY = "hbl_live_0123456789ABCDEFGHIJKLMNOPQRSTUV_1a2B3c"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\n-----END EC PRIVATE KEY-----"


def rows(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Redaction(unittest.TestCase):
    # Rule, text, what must be gone, what is left.
    CASES = [
        ("api-key", f"used {KEY}.", KEY[9:], "used [api-key]."),
        ("api-key", KEY.replace("live", "test"), KEY[9:], "[api-key]"),
        ("api-key", KEY[:20] + " cut", KEY[9:20], "[api-key] cut"),
        ("webhook-secret", "whsec_" + "k" * 43, "kkk", "[webhook-secret]"),
        ("provider-key", "sk_live_51Habcdefghijkl", "51Habc", "[provider-key]"),
        ("provider-key", "ghp_" + "a" * 36, "aaaa", "[provider-key]"),
        ("provider-key", "AKIAIOSFODNN7EXAMPLE", "IOSFODNN", "[provider-key]"),
        ("bearer", "Authorization: bearer abcdefghijklmnop.QRS", "abcdef", "Authorization: bearer [bearer]"),
        ("bearer", "Basic dXNlcjpwYXNzd29yZA==", "dXNlcj", "Basic [bearer]"),
        ("jwt", f"id {JWT}", "eyJ", "id [jwt]"),
        ("private-key", f"a {PEM} b", "MHcCAQEEIB", "a [private-key] b"),
        ("private-key", PEM[:40], "MHcCAQ", "[private-key]"),
        ("url-password", "postgresql://app:hunter2@db-1/x", "hunter2", "postgresql://app:[url-password]@db-1/x"),
        ("cookie", "__Host-session=abc123; x=1", "abc123", "__Host-session=[cookie]; x=1"),
        ("query", "GET /back?code=4711&page=2", "4711", "GET /back?code=[query]&page=2"),
        ("assignment", "password=hunter2, next", "hunter2", "password=[assignment], next"),
        ("assignment", "{'password': 'hunter2'}", "hunter2", "{'password': '[assignment]'}"),
        ("assignment", '"api_key":"abc"', "abc", '"api_key":"[assignment]"'),
        ("email", "to aoife.example+x@foods.example now", "aoife", "to [email] now"),
        ("card", "card 4111 1111 1111 1111.", "4111", "card [card]."),
        ("iban", "to IE29 AIBK 9311 5212 3456 78", "AIBK", "to [iban]"),
    ]

    def test_each_rule_takes_out_what_it_names_and_leaves_the_rest(self):
        for rule, text, secret, left in self.CASES:
            with self.subTest(text):
                self.assertIn(secret, text)
                before = structured_log.redactions[rule]
                self.assertEqual(left, redact(text))
                self.assertEqual(before + 1, structured_log.redactions[rule])

    def test_every_rule_has_a_case_and_a_row_in_the_table(self):
        self.assertEqual(set(PATTERNS), {case[0] for case in self.CASES})
        self.assertEqual(set(PATTERNS) | {"field"}, {row["rule"] for row in rows("redaction.csv")})

    def test_what_only_looks_like_a_secret_stays(self):
        for text in ("invoice 4111 1111 1111 1112", "IE29 AIBK 9311 5212 3456 79", TRACE, "Basic plan", "bearer of news",
                     "https://api.example/v1/invoices?page=2", "3 attempts at 12:30:05", str(uuid.uuid4()),
                     "/v1/keys/00000000-0000-4000-8000-00000000000a", "password changed"):
            self.assertEqual(text, redact(text))

    def test_a_field_is_judged_by_its_name(self):
        for name in ("password", "new_password", "client_secret", "refresh_token", "authorization", "set_cookie", "key",
                     "api_key", "card_number", "iban", "totp_code", "recovery_code", "webhook_signature"):
            self.assertEqual("[field]", clean(name, "x"), name)
        for name in ("key_id", "discard_count", "hint", "code", "status", "monkey"):
            self.assertEqual("x", clean(name, "x"), name)

    def test_values_keep_their_type_or_are_named(self):
        at = datetime.date(2026, 11, 25)
        for value, expected in [(3, 3), (True, True), (None, None), (0.5, 0.5), (float("nan"), "nan"),
                                (at, "2026-11-25"), ({"password": "x"}, "[dict]"), (["x"], "[list]"),
                                (b"x", "[bytes]"), (object(), "[object]"), ("y" * 501, "y" * 499 + "…")]:
            self.assertEqual(expected, clean("value", value))


class Trace(unittest.TestCase):
    def test_a_traceparent_is_read_after_w3c(self):
        span = "00f067aa0ba902b7"
        self.assertEqual((TRACE, span), parse_traceparent(f"00-{TRACE}-{span}-01"))
        self.assertEqual((TRACE, span), parse_traceparent(f"cc-{TRACE}-{span}-01-what-comes-later"))
        for bad in (None, "", TRACE, f"ff-{TRACE}-{span}-01", f"00-{TRACE}-{span}-01-x", f"00-{'0' * 32}-{span}-01",
                    f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-{span}-01", f"00-{TRACE}-{span}"):
            self.assertIsNone(parse_traceparent(bad), bad)

    def test_a_new_id_is_one_of_the_schema(self):
        self.assertRegex(structured_log.new_trace_id(), r"\A[0-9a-f]{32}\Z")
        self.assertNotEqual(structured_log.new_trace_id(), structured_log.new_trace_id())

    def test_a_share_is_kept_by_whole_traces(self):
        traces = [f"{n * 2654435761 % 2**64:032x}"[:18] + f"{n * 0x9E3779B97F4A7C15 % 2**56:014x}" for n in range(1, 4001)]
        share = sum(kept(trace, 0.1) for trace in traces) / len(traces)
        self.assertAlmostEqual(0.1, share, 1)
        self.assertTrue(all(kept(trace, 0.5) for trace in traces if kept(trace, 0.1)))
        self.assertTrue(kept("f" * 32, 1.0))
        self.assertFalse(kept("0" * 32, 0))


class Lines(unittest.TestCase):
    def setUp(self):
        self.out = io.StringIO()
        self.log = logging.getLogger("test")
        structured_log.setup("api", "1", "ci", stream=self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def test_the_context_is_on_every_line_inside_and_on_none_outside(self):
        with bind(trace_id=TRACE):
            with bind(organisation_id="o"):
                self.log.info("inner")
            self.log.info("outer")
        self.log.info("after")
        inner, outer, after = self.lines()
        self.assertEqual((TRACE, "o"), (inner["trace_id"], inner["organisation_id"]))
        self.assertEqual((TRACE, False), (outer["trace_id"], "organisation_id" in outer))
        self.assertNotIn("trace_id", after)
        self.assertRaises(TypeError, bind(email="x").__enter__)

    def test_a_line_end_in_a_value_does_not_make_a_line(self):
        event(self.log, logging.INFO, "x.y", "m", text='a\n{"level":"critical"}')
        self.log.info("first\nsecond")
        self.assertEqual(2, len(self.out.getvalue().splitlines()))

    def test_messages_values_and_stacks_are_shortened(self):
        try:
            raise ValueError("z" * 9000)
        except ValueError:
            event(self.log, logging.ERROR, "x.y", "m" * 2000, exc_info=True, **{f"n{n}": n for n in range(25)})
        line = self.lines()[0]
        self.assertEqual((1000, 20), (len(line["message"]), len(line["data"])))
        self.assertEqual(("ValueError", 8000), (line["error"]["type"], len(line["error"]["stack"])))
        self.assertTrue(line["error"]["stack"].endswith("zzz\n"))

    def test_a_long_word_does_not_stop_the_process(self):
        began = time.monotonic()
        for word in ("a", "a.", "@a", "1 ", "IE29", "eyJ", "://a:", "bearer ", "password=", "-----BEGIN PRIVATE KEY-----"):
            redact(word * (200_000 // len(word)))
        self.assertLess(time.monotonic() - began, 20)

    def test_nothing_makes_it_raise_and_the_loss_is_visible(self):
        class Broken:
            def __str__(self):
                raise KeyError("secret")

        self.log.info("value %s", Broken())
        self.log.info("too few %s %s", 1)
        self.assertEqual([("log.failed", "line lost: KeyError"), ("log.failed", "line lost: TypeError")],
                         [(line["event"], line["message"]) for line in self.lines()])

    def test_secrets_in_arguments_and_stacks_are_gone(self):
        self.log.info("for %s", KEY)
        try:
            raise ValueError(KEY)
        except ValueError:
            self.log.exception("failed")
        self.assertNotIn(KEY[9:], self.out.getvalue())

    def test_debug_is_off_unless_asked_for(self):
        self.log.debug("hidden")
        self.assertEqual("", self.out.getvalue())

    def test_time_is_utc_to_the_millisecond(self):
        self.log.info("now")
        self.assertRegex(self.lines()[0]["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
        at = datetime.datetime.fromisoformat(self.lines()[0]["time"])
        self.assertLess(abs(datetime.datetime.now(datetime.timezone.utc) - at), datetime.timedelta(seconds=30))


class Sampling(unittest.TestCase):
    def count(self, share, **data):
        out = io.StringIO()
        structured_log.setup("api", "1", "ci", share=share, stream=out)
        for n in range(200):
            with bind(trace_id=f"{n + 1:018x}{n * 0x9E3779B97F4A7C15 % 2**56:014x}"):
                event(logging.getLogger("test"), logging.INFO, data.get("name", "http.request"), "m", status=data["status"])
        return len(out.getvalue().splitlines())

    def test_only_good_answers_are_sampled(self):
        self.assertTrue(5 <= self.count(0.1, status=200) <= 40)
        self.assertEqual(200, self.count(0.1, status=400))
        self.assertEqual(200, self.count(0.1, status=500))
        self.assertEqual(200, self.count(0.1, status=200, name="invoice.issued"))
        self.assertEqual(200, self.count(1.0, status=200))


class Tables(unittest.TestCase):
    def test_levels_are_those_of_the_logger_with_the_numbers_of_rfc_5424(self):
        self.assertEqual([("debug", "7"), ("info", "6"), ("warning", "4"), ("error", "3"), ("critical", "2")],
                         [(row["level"], row["syslog"]) for row in rows("levels.csv")])
        for row in rows("levels.csv"):
            self.assertIsInstance(getattr(logging, row["level"].upper()), int)

    def test_the_page_shows_what_the_demo_prints(self):
        out = io.StringIO()
        with mock.patch("socket.gethostname", return_value="app-1"):
            demo.main(out)
        text = re.sub(r'"time":"[^"]+"', '"time":"2026-11-25T09:30:00.000Z"', out.getvalue())
        text = re.sub(r'File \\"[^"]*/demo.py', r'File \\"demo.py', text)
        self.assertEqual((HERE / "demo.txt").read_text(encoding="utf-8"), text)

    def test_the_volume_is_what_the_code_computes(self):
        out = io.StringIO()
        volume.main(out)
        self.assertEqual((HERE / "volume.csv").read_text(encoding="utf-8"), out.getvalue())


if __name__ == "__main__":
    unittest.main()
