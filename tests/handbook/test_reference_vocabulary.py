"""The registers under content/reference/ agree with each other and keep the form that pages rely on."""

import csv
import re
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "content/reference"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text())["owners"])


def rows(name):
    with open(REFERENCE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Vocabulary(unittest.TestCase):
    def test_first_columns_are_unique_and_every_row_is_whole(self):
        for name in ("credentials", "permissions", "plans", "roles", "scopes", "standards"):
            table = rows(f"{name}.csv")
            for row in table:
                self.assertNotIn(None, list(row) + list(row.values()), f"{name}: {row}")
                self.assertNotIn("", row.values(), f"{name}: {row}")
            if name != "permissions":
                keys = [next(iter(row.values())) for row in table]
                self.assertEqual(len(keys), len(set(keys)), name)

    def test_each_permission_is_listed_once_and_names_known_roles_and_scopes(self):
        roles, scopes = {row["role"]: row for row in rows("roles.csv")}, {row["scope"] for row in rows("scopes.csv")}
        seen = set()
        for row in rows("permissions.csv"):
            key = row["role"], row["resource"], row["action"]
            self.assertNotIn(key, seen)
            seen.add(key)
            audience = roles[row["role"]]["audience"]
            self.assertIn(row["reach"], {"client": {"organisation"}, "staff": {"case", "all"}}[audience], key)
            self.assertIn(row["scope"], scopes | {"none"})
            self.assertTrue(row["scope"] == "none" or audience == "client", "an API key never acts for staff")
        self.assertEqual(set(roles), {role for role, _, _ in seen})

    def test_each_scope_is_its_permission_with_a_colon_and_an_owner_holds_all(self):
        held = {row["scope"]: f"{row['resource']}.{row['action']}" for row in rows("permissions.csv")
                if row["role"] == "owner" and row["scope"] != "none"}
        self.assertEqual({row["scope"]: row["permission"] for row in rows("scopes.csv")}, held)
        for row in rows("scopes.csv"):
            self.assertEqual(row["scope"], row["permission"].replace(".", ":"))

    def test_each_operation_has_one_scope(self):
        operations = [name for row in rows("scopes.csv") for name in row["operations"].split()]
        self.assertEqual(len(operations), len(set(operations)))

    def test_a_key_can_neither_make_keys_nor_change_people(self):
        barred = ("api_keys", "members", "payment_methods", "exports")
        for row in rows("scopes.csv"):
            resource, action = row["scope"].split(":")
            self.assertFalse(resource in barred and action != "read", row)
            self.assertNotEqual("api_keys", resource)

    def test_credentials_keep_their_grammar(self):
        table = rows("credentials.csv")
        self.assertEqual(sorted(row["kind"] for row in table), [row["kind"] for row in table])
        for row in table:
            for column in ("lifetime", "idle"):
                self.assertRegex(row[column], r"\A(none|[1-9]\d* (minutes|hours|days))\Z", row["kind"])
            for column in ("rotate_days", "overlap_h"):
                self.assertRegex(row[column], r"\A(none|\d+)\Z", row["kind"])
            self.assertIn(row["owner"], OWNERS)

    def test_the_overlap_of_webhook_secrets_is_the_one_of_delivery(self):
        hours = re.search(r"^secret_overlap_h: (\d+)$", (REFERENCE / "delivery.yaml").read_text(), re.M)[1]
        self.assertIn(("webhook-secret", hours), {(row["kind"], row["overlap_h"]) for row in rows("credentials.csv")})

    def test_a_larger_plan_costs_more_and_gives_more_for_less(self):
        plans = rows("plans.csv")
        self.assertEqual(["starter", "team", "business"], [plan["id"] for plan in plans])
        for column in ("price_minor", "included", "rate_min", "burst"):
            figures = [int(plan[column]) for plan in plans]
            self.assertEqual(sorted(set(figures)), figures, column)
        # Price of 1,000 calls over what is included: never more than in the smaller plan.
        overage = [int(plan["overage_minor"]) for plan in plans]
        self.assertEqual(sorted(overage, reverse=True), overage)

    def test_the_legal_name_is_the_books(self):
        name = tomllib.loads((ROOT / "book.toml").read_text())["variables"]["legal_name"]
        self.assertIn(f"\nlegal_name: {name}\n", (REFERENCE / "organisation.yaml").read_text())

    def test_standards_are_sorted_and_dated(self):
        table = rows("standards.csv")
        self.assertEqual(sorted(row["id"] for row in table), [row["id"] for row in table])
        for row in table:
            self.assertRegex(row["date"], r"\A\d{4}-\d{2}(-\d{2})?\Z", row["id"])


if __name__ == "__main__":
    unittest.main()
