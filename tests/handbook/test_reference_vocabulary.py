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
        for name in ("backups", "credentials", "data-classes", "environments", "fix-times", "permissions", "plans",
                     "roles", "scopes", "standards", "toolchain"):
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

    def test_backups_are_gone_when_the_class_backup_says(self):
        days = {row["id"]: row["retention_days"] for row in rows("data-classes.csv")}
        table = {row["dataset"]: row for row in rows("backups.csv")}
        self.assertEqual(days["audit"], table.pop("audit-anchor")["retention_days"])
        self.assertEqual({days["backup"]}, {row["retention_days"] for row in table.values()})
        for row in table.values():
            self.assertRegex(row["every"], r"\A1 (minute|hour|day|week)\Z")
            self.assertRegex(row["restore_test"], r"\A\d months?\Z")

    def test_the_database_has_copies_with_two_providers_and_within_its_recovery_point(self):
        table = {row["dataset"]: row for row in rows("backups.csv")}
        self.assertNotEqual(table["database-base"]["place"], table["database-dump"]["place"])
        minutes = {"1 minute": 1, "1 hour": 60}
        for row in rows("services.csv"):
            if row["id"] == "database":
                self.assertLess(minutes[table["database-wal"]["every"]], int(row["rpo_min"]))

    def test_a_worse_weakness_is_mended_sooner(self):
        days = [int(row["days"]) for row in rows("fix-times.csv")]
        self.assertEqual(sorted(set(days)), days)
        self.assertEqual(["exploited", "critical", "high", "medium", "low"],
                         [row["cvss_band"] for row in rows("fix-times.csv")])

    def test_addresses_of_environments_are_the_books(self):
        variables = tomllib.loads((ROOT / "book.toml").read_text())["variables"]
        table = {row["id"]: row["url"] for row in rows("environments.csv")}
        self.assertEqual(f"{variables['portal_url']} and {variables['api_url']}", table["production"])
        self.assertEqual(f"https://staging.{variables['domain']}", table["staging"])

    def test_tools_are_sorted_and_dated(self):
        table = rows("toolchain.csv")
        self.assertEqual(sorted(row["tool"] for row in table), [row["tool"] for row in table])
        for row in table:
            self.assertRegex(row["supported_until"], r"\A\d{4}-\d{2}-\d{2}\Z", row["tool"])

    def test_classes_that_events_and_providers_name_exist(self):
        classes = {row["id"] for row in rows("data-classes.csv")}
        events = set(re.findall(r"data_class: (\S+)", (REFERENCE / "events.yaml").read_text()))
        providers = {name for row in rows("providers.csv") for name in row["data_classes"].split(";")}
        self.assertLessEqual(events | providers, classes)


if __name__ == "__main__":
    unittest.main()
