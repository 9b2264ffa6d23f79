"""The decision of access.py, line by line of the matrix, and what the matrix must never allow."""

import itertools
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import access
from access import Caller, Denied, decide

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
MATRIX = access.read_matrix()
STAFF = {"support-agent", "engineer", "security-admin"}


def caller(role, **more):
    organisation = None if role in STAFF else "a"
    return Caller(role, organisation, confirmed_at=NOW, **{"open_cases": frozenset({"a"}), **more})


class Decide(unittest.TestCase):
    def assert_denied(self, status, *arguments):
        with self.assertRaises(Denied) as caught:
            decide(MATRIX, *arguments, NOW)
        self.assertEqual(status, caught.exception.status, caught.exception)

    def test_what_has_a_line_is_allowed_and_nothing_else(self):
        roles = {role for role, _, _ in MATRIX}
        things = {(resource, action) for _, resource, action in MATRIX}
        for role, (resource, action) in itertools.product(roles, things):
            if (role, resource, action) in MATRIX:
                decide(MATRIX, caller(role), resource, action, "a", NOW)
            else:
                self.assert_denied(403, caller(role), resource, action, "a")

    def test_an_unknown_role_resource_or_action_is_denied(self):
        for arguments in (("root", "invoices", "read"), ("owner", "planets", "read"), ("owner", "invoices", "delete")):
            self.assert_denied(403, caller(arguments[0]), *arguments[1:], "a")

    def test_another_organisations_object_does_not_exist(self):
        for (role, resource, action), line in MATRIX.items():
            if line["reach"] == "organisation":
                for owner in ("b", None):
                    self.assert_denied(404, caller(role), resource, action, owner)
        self.assert_denied(404, Caller("owner", None, confirmed_at=NOW), "invoices", "read", None)

    def test_support_reads_a_client_only_while_a_case_is_open(self):
        decide(MATRIX, caller("support-agent"), "invoices", "read", "a", NOW)
        self.assert_denied(404, caller("support-agent"), "invoices", "read", "b")
        self.assert_denied(404, caller("support-agent", open_cases=frozenset()), "invoices", "read", "a")

    def test_a_key_needs_the_scope_and_never_does_what_has_none(self):
        key = caller("owner", scopes=frozenset({"invoices:read"}))
        decide(MATRIX, key, "invoices", "read", "a", NOW)
        self.assert_denied(403, key, "invoices", "write", "a")
        self.assert_denied(403, caller("owner", scopes=frozenset({"none"})), "api_keys", "write", "a")
        self.assert_denied(404, key, "invoices", "read", "b")

    def test_sensitive_acts_need_a_sign_in_of_the_last_ten_minutes(self):
        for minutes, allowed in ((0, True), (10, True), (10.1, False), (-1, False)):
            person = Caller("owner", "a", confirmed_at=NOW - timedelta(minutes=minutes))
            if allowed:
                decide(MATRIX, person, "members", "write", "a", NOW)
            else:
                self.assert_denied(401, person, "members", "write", "a")
        self.assert_denied(401, Caller("owner", "a"), "members", "write", "a")
        decide(MATRIX, Caller("owner", "a"), "members", "read", "a", NOW)

    def test_every_sensitive_act_is_in_the_matrix(self):
        self.assertLessEqual(access.SENSITIVE, {(resource, action) for _, resource, action in MATRIX})


class Matrix(unittest.TestCase):
    def test_the_table_beside_the_page_is_current(self):
        script = Path(access.__file__)
        printed = subprocess.run([sys.executable, script, "table"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(script.with_name("matrix.csv").read_text(encoding="utf-8"), printed)

    def test_duties_are_separated(self):
        def holds(role, *what):
            return (role, *what) in MATRIX

        for role in STAFF:
            self.assertFalse(holds(role, "payment_methods", "write"), "staff spend nothing for a client")
            self.assertFalse(holds(role, "members", "write"), "staff make nobody a member")
            self.assertFalse(holds(role, "audit", "write"))
        self.assertFalse(holds("security-admin", "deployments", "write"), "who guards access deploys nothing")
        self.assertFalse(holds("engineer", "staff_access", "write"), "who deploys gives no access")
        self.assertFalse(holds("admin", "payment_methods", "write") or holds("admin", "subscriptions", "write"))
        self.assertFalse(any(resource in ("api_keys", "members") and action == "write"
                             for role, resource, action in MATRIX if role in ("member", "billing")))


if __name__ == "__main__":
    unittest.main()
