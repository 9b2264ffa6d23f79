"""Example 2: code with a database and a clock. A fake for the table, a clock that the test moves, a spy for the audit."""

import sys
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "security-and-authentication" / "api-key-management")]

import api_keys


# ANCHOR: doubles
class FakeStore:
    """A fake: the table's behaviour in a dictionary, small enough to be seen to be right. The real table has the same
    tests, on PostgreSQL."""

    def __init__(self):
        self.rows, self.reads = {}, 0

    def insert(self, key):
        self.rows[key.digest] = key

    def by_digest(self, wanted):
        self.reads += 1
        return self.rows.get(wanted)

    def touch(self, key_id, now):
        pass


class KeyCheck(unittest.TestCase):
    def setUp(self):
        self.now = datetime(2026, 11, 25, 10, tzinfo=timezone.utc)
        self.store, self.audited = FakeStore(), []
        self.keys = api_keys.ApiKeys(self.store, self.audited.append, lambda: self.now)
        self.issued = self.keys.issue(organisation_id=uuid.UUID(int=1), created_by=uuid.UUID(int=2), label="Ledger",
                                      scopes=["invoices:read"], grantable=api_keys.SCOPES)
# ANCHOR_END: doubles

    def verify(self, text, scope="invoices:read"):
        return self.keys.verify(f"Bearer {text}", scope)

    def refusal(self, *asked):
        with self.assertRaises(api_keys.Problem) as caught:
            self.verify(*asked)
        return caught.exception.status, caught.exception.code

    # ANCHOR: check
    def test_a_good_key_passes(self):
        self.assertEqual(self.issued.key.id, self.verify(self.issued.secret).id)

    def test_a_key_works_until_the_second_of_its_end(self):
        # Arrange
        self.now = self.issued.key.expires_at - timedelta(seconds=1)
        # Act and assert, on both sides of the edge
        self.verify(self.issued.secret)
        self.now += timedelta(seconds=1)
        self.assertEqual((401, "auth.key_expired"), self.refusal(self.issued.secret))

    def test_a_mistyped_key_is_refused_without_asking_the_database(self):
        wrong = self.issued.secret[:-1] + ("0" if self.issued.secret[-1] != "0" else "1")
        self.assertEqual((401, "auth.key_malformed"), self.refusal(wrong))
        self.assertEqual(0, self.store.reads)
    # ANCHOR_END: check

    def test_a_key_without_the_scope_is_forbidden_and_not_unknown(self):
        self.assertEqual((403, "auth.scope_missing"), self.refusal(self.issued.secret, "usage:read"))

    def test_a_stranger_is_unknown(self):
        self.assertEqual((401, "auth.key_unknown"), self.refusal(api_keys.generate("live")))

    def test_issuing_is_audited_without_the_secret(self):
        self.assertEqual(["api_key.created"], [event["action"] for event in self.audited])
        self.assertNotIn(self.issued.secret, repr(self.audited))


if __name__ == "__main__":
    unittest.main()
