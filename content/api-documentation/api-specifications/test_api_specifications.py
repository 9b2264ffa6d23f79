"""Tests of cursor.py and idempotency.py."""

import contextlib
import sqlite3
import sys
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import cursor
import idempotency
from problems import Problem

SECRET = b"a secret of the test"
START = 1_795_000_000
MINE, OTHER = "2b6e8f10-4c3d-4a5b-8e9f-0a1b2c3d4e5f", "00000000-0000-0000-0000-00000000000f"


class WithProblems(unittest.TestCase):
    @contextlib.contextmanager
    def assert_problem(self, code):
        with self.assertRaises(Problem) as caught:
            yield caught
        self.assertEqual(code, caught.exception.code)


class Pages(WithProblems):
    def setUp(self):
        self.db = sqlite3.connect(":memory:")
        self.addCleanup(self.db.close)
        self.db.row_factory = sqlite3.Row
        self.db.execute("create table invoices (organisation_id text, id text, created_at text, status text)")
        self.now = START

    def add(self, number, organisation=MINE, day=None, status="open"):
        name = str(uuid.UUID(int=number))
        self.db.execute("insert into invoices values (?, ?, ?, ?)",
                        (organisation, name, day or f"2026-11-{number % 28 + 1:02}", status))
        return name

    def page(self, organisation=MINE, **asked):
        def execute(sql, parameters):
            return [dict(row) for row in self.db.execute(sql, parameters)]

        return cursor.page(execute, organisation, secret=SECRET, now=self.now, **asked)

    def walk(self, between=lambda: None, **asked):
        found, following = [], None
        while True:
            answer = self.page(cursor=following, **asked)
            found += [row["id"] for row in answer["data"]]
            following = answer["next_cursor"]
            if following is None:
                return found
            between()

    def test_all_pages_together_are_the_list_newest_first(self):
        for number in range(60):
            self.add(number)
        rows = self.db.execute("select id from invoices order by created_at desc, id desc").fetchall()
        self.assertEqual([row["id"] for row in rows], self.walk(limit=7))

    def test_rows_of_one_day_are_not_lost_at_the_edge_of_a_page(self):
        wanted = {self.add(number, day="2026-11-01") for number in range(10)}
        found = self.walk(limit=3)
        self.assertEqual((10, wanted), (len(found), set(found)))

    def test_what_is_added_meanwhile_neither_repeats_nor_hides_a_row(self):
        old = {self.add(number) for number in range(40)}
        fresh = iter(range(1000, 2000))
        found = self.walk(between=lambda: self.add(next(fresh), day="2026-12-01"), limit=5)
        self.assertEqual((40, old), (len(found), set(found)))

    def test_the_last_page_has_no_cursor_even_when_it_is_full(self):
        for number in range(10):
            self.add(number)
        first = self.page(limit=5)
        self.assertIsNotNone(first["next_cursor"])
        self.assertIsNone(self.page(limit=5, cursor=first["next_cursor"])["next_cursor"])
        self.assertIsNone(self.page(limit=10)["next_cursor"])

    def test_another_organisation_is_never_read(self):
        self.add(1)
        self.add(2)
        foreign = self.add(3, OTHER)
        following = self.page(limit=1)["next_cursor"]
        self.assertEqual([], self.page(OTHER, cursor=following)["data"][1:])
        self.assertNotIn(foreign, self.walk(limit=1))

    def test_a_draft_is_never_shown(self):
        self.add(1, status="draft")
        self.assertEqual([], self.page()["data"])

    def test_limits(self):
        for number in range(120):
            self.add(number)
        self.assertEqual((25, 1, 100), (len(self.page()["data"]), len(self.page(limit=1)["data"]),
                                        len(self.page(limit=100)["data"])))
        for limit in (0, -1, 101):
            with self.assert_problem("request.invalid") as caught:
                self.page(limit=limit)
            self.assertEqual("limit", caught.exception.errors[0]["parameter"])

    def test_a_cursor_works_for_its_filters_for_24_hours(self):
        for number in range(4):
            self.add(number)
        following = self.page(limit=1, status="open")["next_cursor"]
        self.now += cursor.LIFETIME_S
        self.page(limit=1, status="open", cursor=following)
        for asked in ({}, {"status": "paid"}):
            with self.assert_problem("request.cursor_invalid"):
                self.page(cursor=following, **asked)
        self.now += 1
        with self.assert_problem("request.cursor_invalid"):
            self.page(limit=1, status="open", cursor=following)

    def test_a_cursor_that_we_did_not_make_is_refused(self):
        self.add(1)
        self.add(2)
        good = self.page(limit=1)["next_cursor"]
        foreign = cursor.seal(["2026-11-02", "x"], {}, b"another secret", START)
        for bad in ("", "x", "é", good[:-2], "A" + good[1:] if good[0] != "A" else "B" + good[1:], foreign, "!" * 40):
            with self.assert_problem("request.cursor_invalid"):
                self.page(cursor=bad)

    def test_a_cursor_fits_the_documented_length(self):
        long = cursor.seal(["2026-11-02", str(uuid.uuid4())], {"status": "overdue", "issued_from": "2026-01-01"}, SECRET, START)
        self.assertLessEqual(len(long), 512)


TABLE = """
create table idempotency_keys (organisation_id text, key text, operation text, request_digest blob, status integer,
    response text, created_at text, expires_at text, primary key (organisation_id, key))
"""


class Idempotency(WithProblems):
    """Also run on PostgreSQL, by tests/handbook."""

    KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
    PAY = "POST /v1/invoices/1/pay"

    def setUp(self):
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.addCleanup(self.db.close)
        self.db.execute(TABLE)
        self.db.execute("create table done (number integer primary key)")
        self.now = datetime(2026, 11, 25, 10, tzinfo=timezone.utc)
        self.keys = idempotency.Idempotency(Transactions(self.db), lambda: self.now)

    def pay(self):
        self.keys.db.execute("insert into done select count(*) + 1 from done", {})
        return 202, {"payment": self.payments()}

    def payments(self):
        return int(self.keys.db.execute("select count(*) from done", {}).fetchone()[0])

    def once(self, key=KEY, operation=PAY, body=b"", work=None, organisation=MINE):
        return self.keys.once(organisation, key, operation, body, work or self.pay)

    def test_the_second_request_gets_the_first_answer_and_does_nothing(self):
        self.assertEqual((202, {"payment": 1}, False), self.once())
        self.now += idempotency.KEEP - timedelta(seconds=1)
        self.assertEqual((202, {"payment": 1}, True), self.once())
        self.assertEqual(1, self.payments())

    def test_quoted_and_upper_case_forms_are_the_same_key(self):
        self.once()
        for key in (f'"{self.KEY}"', self.KEY.upper()):
            self.assertTrue(self.once(key)[2])

    def test_keys_of_two_organisations_are_two(self):
        self.once()
        self.assertFalse(self.once(organisation=OTHER)[2])

    def test_after_24_hours_a_key_is_new(self):
        self.once()
        self.now += idempotency.KEEP
        self.assertEqual((202, {"payment": 2}, False), self.once())

    def test_a_missing_or_malformed_key_is_refused_before_the_work(self):
        for key, code in ((None, "idempotency.key_missing"), ("", "idempotency.key_missing"),
                          ("1", "idempotency.key_invalid"), (self.KEY + "0", "idempotency.key_invalid")):
            with self.assert_problem(code):
                self.once(key)
        self.assertEqual(0, self.payments())

    def test_a_key_serves_one_request_only(self):
        self.once()
        for operation, body in (("PATCH /v1/invoices/1/pay", b""), ("POST /v1/invoices/2/pay", b""), (self.PAY, b"{}")):
            with self.assert_problem("idempotency.key_reused"):
                self.once(operation=operation, body=body)

    def test_a_request_that_comes_while_the_first_runs_is_told_to_wait(self):
        self.claim()
        with self.assert_problem("idempotency.in_progress") as caught:
            self.once()
        self.assertEqual(1, caught.exception.retry_after_s)
        self.assertEqual(0, self.payments())

    def test_a_fault_of_ours_rolls_back_and_frees_the_key(self):
        def fails():
            self.pay()
            raise RuntimeError("the provider is down")

        with self.assertRaises(RuntimeError):
            self.once(work=fails)
        self.assertEqual(0, self.payments())
        self.assertEqual((202, {"payment": 1}, False), self.once())

    def test_a_refusal_is_kept_like_any_answer(self):
        refused = (409, {"code": "invoice.not_payable"})
        self.assertEqual((*refused, False), self.once(work=lambda: refused))
        self.assertEqual((*refused, True), self.once())

    def test_a_claim_of_a_dead_process_is_taken_over_after_its_lease(self):
        self.claim()
        self.now += idempotency.LEASE
        with self.assert_problem("idempotency.in_progress"):
            self.once()
        self.now += timedelta(microseconds=1)
        self.assertFalse(self.once()[2])

    def claim(self):
        """What another process has begun and not ended."""
        row = {}
        with mock.patch.object(self.keys, "claim", lambda given: row.update(given) or (0, None)):
            self.once()
        self.keys.claim(row)


class Transactions:
    """A SQLite connection whose context is one transaction."""

    def __init__(self, db):
        self.db = db

    def execute(self, *arguments):
        return self.db.execute(*arguments)

    def __enter__(self):
        self.db.execute("begin")

    def __exit__(self, kind, *_):
        self.db.execute("commit" if kind is None else "rollback")


if __name__ == "__main__":
    unittest.main()
