"""Tests of problems.py: what clients are told, what they are never told, what they may repeat."""

import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from problems import CODES, Problem, answer, may_repeat

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FAULT = [{"pointer": "/name", "detail": "At least one sign"}]


def problem(code, **options):
    """A valid problem of any code."""
    if code == "request.invalid":
        options["errors"] = FAULT
    if CODES[code]["http"] in (429, 503):
        options.setdefault("retry_after_s", 2)
    return Problem(code, **options)


class Answer(unittest.TestCase):
    def test_every_code_is_answered_as_registered(self):
        self.assertGreater(len(CODES), 40)
        for code, entry in CODES.items():
            status, headers, body = answer(problem(code), TRACE)
            told = json.loads(body)
            self.assertEqual((entry["http"], entry["http"], entry["type"], entry["title"], code, TRACE),
                             (status, told["status"], told["type"], told["title"], told["code"], told["trace_id"]))
            self.assertEqual(("application/problem+json", "no-store"), (headers["Content-Type"], headers["Cache-Control"]))
            self.assertEqual(status in (429, 503), "Retry-After" in headers, code)
            self.assertEqual(status == 401, "WWW-Authenticate" in headers, code)

    def test_an_exception_tells_its_kind_and_never_its_text(self):
        for error, code in ((ValueError("password=hunter2"), "service.internal"), (TimeoutError("db-1"), "service.timeout"),
                            (ConnectionRefusedError("db-1"), "service.dependency_failed"), (KeyError("x"), "service.internal")):
            status, _, body = answer(error, TRACE)
            told = json.loads(body)
            self.assertEqual((code, CODES[code]["http"]), (told["code"], status))
            self.assertEqual({"type", "title", "status", "code", "trace_id"}, set(told))

    def test_an_internal_error_has_no_detail_even_if_given_one(self):
        self.assertNotIn(b"hunter2", answer(Problem("service.internal", detail="hunter2"), TRACE)[2])

    def test_a_detail_is_cut_and_the_rest_kept(self):
        self.assertEqual(300, len(json.loads(answer(Problem("resource.not_found", detail="x" * 999), TRACE)[2])["detail"]))

    def test_a_challenge_says_invalid_only_when_a_key_was_sent(self):
        for code, words in (("auth.key_missing", False), ("auth.key_revoked", True), ("auth.session_expired", False)):
            self.assertEqual(words, "invalid_token" in answer(problem(code), TRACE)[1]["WWW-Authenticate"], code)

    def test_a_wait_is_in_whole_seconds_and_never_none(self):
        for wait, text in ((0.2, "1"), (2, "2"), (59.6, "60")):
            self.assertEqual(text, answer(Problem("rate.limited", retry_after_s=wait), TRACE)[1]["Retry-After"])


class Raising(unittest.TestCase):
    def test_an_unregistered_code_fails_where_it_is_raised(self):
        self.assertRaises(LookupError, Problem, "invoice.not_paid")

    def test_faults_belong_to_request_invalid_and_a_wait_to_its_codes(self):
        self.assertRaises(ValueError, Problem, "request.invalid")
        self.assertRaises(ValueError, Problem, "resource.not_found", errors=FAULT)
        self.assertRaises(ValueError, Problem, "rate.limited")
        self.assertRaises(ValueError, Problem, "service.unavailable")


class Repeating(unittest.TestCase):
    def test_the_registry_decides(self):
        for code, entry in CODES.items():
            self.assertIs(entry["retryable"], may_repeat(*answer(problem(code), TRACE)[::2]), code)
        self.assertTrue(may_repeat(409, b'{"code": "idempotency.in_progress"}'))
        self.assertFalse(may_repeat(409, b'{"code": "invoice.not_payable"}'))

    def test_without_a_known_code_the_status_decides(self):
        for body in (b"<html>", b"", b"[]", b"{}", b'{"code": "later.invented"}'):
            self.assertTrue(may_repeat(503, body), body)
            self.assertFalse(may_repeat(409, body), body)


if __name__ == "__main__":
    unittest.main()
