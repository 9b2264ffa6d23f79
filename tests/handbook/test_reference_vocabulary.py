"""The registers under content/reference/ agree with each other and keep the form that pages rely on."""

import re
import tomllib
import unittest

from tools import ROOT, load_csv, load_yaml

REFERENCE = ROOT / "content/reference"
HOOKS = ROOT / "content/api-documentation/webhook-contracts"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text())["owners"])


def rows(name):
    return load_csv(REFERENCE / name)


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


class Api(unittest.TestCase):
    """scopes.csv, errors.yaml, events.yaml and openapi.yaml name the same things."""

    def setUp(self):
        self.spec = load_yaml(REFERENCE / "openapi.yaml")
        self.errors = load_yaml(REFERENCE / "errors.yaml")
        self.events = load_yaml(REFERENCE / "events.yaml")
        self.operations = {operation["operationId"]: operation for item in self.spec["paths"].values()
                           for method, operation in item.items() if method != "parameters"}

    def test_each_operation_needs_the_scope_that_lists_it(self):
        listed = {name: row["scope"] for row in rows("scopes.csv") for name in row["operations"].split()}
        needed = {}
        for name, operation in self.operations.items():
            (security,) = operation["security"]
            (needed[name],) = security["apiKey"]
        self.assertEqual(listed, needed)

    def test_reading_and_writing_are_told_apart_by_the_scope(self):
        for item in self.spec["paths"].values():
            for method, operation in item.items():
                if method != "parameters":
                    scope = operation["security"][0]["apiKey"][0]
                    self.assertTrue(scope.endswith(":read" if method == "get" else ":write"), operation["operationId"])

    def test_error_codes_keep_their_grammar_and_say_one_thing_each(self):
        url = tomllib.loads((ROOT / "book.toml").read_text())["variables"]["api_url"]
        codes, titles = [row["code"] for row in self.errors], [row["title"] for row in self.errors]
        self.assertEqual(len(codes), len(set(codes)))
        self.assertEqual({"api_keys.not_found", "auth.key_unknown"},
                         {row["code"] for row in self.errors if titles.count(row["title"]) > 1})
        for row in self.errors:
            self.assertEqual(["code", "type", "http", "title", "retryable", "owner", "since"], list(row), row["code"])
            self.assertRegex(row["code"], r"\A[a-z][a-z_]*\.[a-z][a-z_]*\Z")
            self.assertEqual(f"{url}/errors/{row['code']}", row["type"])
            self.assertIn(row["owner"], OWNERS, row["code"])
            self.assertRegex(row["since"], r"\A[1-9]\d*\.\d+\Z", row["code"])
            since, newest = (tuple(map(int, text.split("."))) for text in (row["since"], self.spec["info"]["version"]))
            self.assertLessEqual(since, newest, row["code"])

    def test_only_what_passes_by_itself_may_be_retried(self):
        for row in self.errors:
            passes = row["http"] in (429, 500, 502, 503, 504) or row["code"] == "idempotency.in_progress"
            self.assertIs(passes, row["retryable"], row["code"])

    def test_pages_and_code_use_registered_codes_with_their_status(self):
        registered = {row["code"]: row["http"] for row in self.errors}
        areas = "|".join(sorted({code.split(".")[0] for code in registered} - {"webhook", "invoice", "subscription"}))
        used = re.compile(rf"(?:(\d{{3}})[`\", ]+)?(?<![-.\w])((?:{areas})\.[a-z][a-z_]+)\b(?![.(])")
        quoted = re.compile(rf"(?:(\d{{3}})[\", ]+)?[\"']((?:{areas})\.[a-z][a-z_]*[a-z])[\"']")
        files = ".md .py .sql .sh .json .csv .yaml".split()
        for path in sorted((ROOT / "content").rglob("*")):
            if path.suffix not in files:
                continue
            # In code `request.method` is a member; a code is a whole text in quotes.
            form = quoted if path.suffix in (".py", ".sql", ".sh") else used
            for status, code in form.findall(path.read_text(encoding="utf-8")):
                if code.split(".")[1] in ("md", "py", "sql", "csv", "yaml", "read", "write"):
                    continue
                if code in ("service.name", "service.version"):  # Attributes of OpenTelemetry.
                    continue
                self.assertIn(code, registered, path)
                self.assertIn(status, ("", str(registered[code])), f"{path}: {code}")

    def test_titles_in_code_are_those_of_the_registry(self):
        titles = {row["code"]: row["title"] for row in self.errors}
        found = {}
        for path in (ROOT / "content").rglob("*.py"):
            if not path.name.startswith("test_"):
                text = path.read_text(encoding="utf-8")
                found |= dict(re.findall(r'(?:Problem\(\d{3}|refused\()(?:, )?"([a-z_.]+)", f?"([^"]+)"', text))
        self.assertGreaterEqual(len(found), 10)
        for code, title in found.items():
            self.assertEqual(titles[code], title, code)

    def test_events_are_those_that_the_api_sends(self):
        types = [event["type"] for event in self.events]
        self.assertEqual(len(types), len(set(types)))
        self.assertEqual(types, self.spec["components"]["schemas"]["EventType"]["enum"])
        self.assertEqual(types, list(self.spec["webhooks"]))
        for event in self.events:
            self.assertEqual(f"{event['type']}.v{event['version']}.json", event["schema"])
            body = self.spec["webhooks"][event["type"]]["post"]["requestBody"]["content"]["application/json"]
            self.assertEqual((HOOKS / event["schema"]).resolve(), (REFERENCE / body["schema"]["$ref"]).resolve())

    def test_roles_and_plans_of_the_api_are_those_of_the_registers(self):
        schemas = self.spec["components"]["schemas"]
        clients = [row["role"] for row in rows("roles.csv") if row["audience"] == "client"]
        self.assertEqual(clients, schemas["Role"]["enum"])
        self.assertEqual([row["id"] for row in rows("plans.csv")], schemas["PlanId"]["enum"])

    def test_words_of_the_api_are_those_of_the_database(self):
        sql = (REFERENCE / "schema.sql").read_text(encoding="utf-8")

        def words(constraint):
            found = re.search(rf"constraint {constraint}\s+check \(\w+ in\s*\(([^)]*)\)", sql)
            return set(re.findall(r"'([^']+)'", found[1]))

        schemas = self.spec["components"]["schemas"]
        for constraint, listed in [
            ("members_role_known", schemas["Role"]["enum"]),
            ("organisations_status_known", schemas["Organisation"]["properties"]["status"]["enum"]),
            ("subscriptions_status_known", schemas["Subscription"]["properties"]["status"]["enum"]),
            ("projects_stage_known", schemas["ProjectStage"]["enum"]),
            ("invoices_status_known", [*schemas["InvoiceStatus"]["enum"], "draft"]),
            ("payments_status_known", schemas["Payment"]["properties"]["status"]["enum"]),
            ("webhook_endpoints_disabled_known", schemas["WebhookEndpoint"]["properties"]["disabled_reason"]["enum"][:-1]),
            ("webhook_deliveries_state_known", schemas["DeliveryState"]["enum"]),
            ("webhook_deliveries_reason_known", schemas["WebhookDelivery"]["properties"]["reason"]["enum"][:-1]),
        ]:
            self.assertEqual(words(constraint), set(listed), constraint)


if __name__ == "__main__":
    unittest.main()
