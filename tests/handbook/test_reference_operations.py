"""The registers of running the product agree with each other: services, traffic, objectives, metrics, severities,
support, clocks, duties, regions, cookies, glossary.
"""

import re
import tomllib
import unittest
from pathlib import Path

from tools import load_csv

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content"
REFERENCE = CONTENT / "reference"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text())["owners"])
REGISTERS = ("clocks", "cookies", "duties", "glossary", "metrics", "regions", "services", "severities", "slos", "support")


def rows(name):
    return load_csv(REFERENCE / f"{name}.csv")


def column(name, key):
    return [row[key] for row in rows(name)]


def settings(name):
    """A YAML file of scalars and of maps one level deep, as a flat dictionary: `api.rps_peak` → 60."""
    found, parent = {}, ""
    for line in (REFERENCE / name).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].rstrip()
        if not line:
            continue
        key, value = line.strip().split(":", 1)
        if not value.strip():
            parent = key
        elif line.startswith("  "):
            found[f"{parent}.{key}"] = float(value)
        else:
            found[key] = value.strip() if key == "as_of" else float(value)
    return found


def gaps():
    """The ids of all gaps, as the checklist's titles make them."""
    def slug(text):
        return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("&", "and")).strip("-")

    area, found = "", set()
    for line in (CONTENT / "checklist.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"### \d+\. (.+)", line):
            area = slug(heading[1])
        elif item := re.match(r"- \*\*(.+?)\*\*:", line):
            found.add(f"{area}/{slug(item[1])}")
    return found


class Form(unittest.TestCase):
    def test_first_columns_are_unique_and_every_row_is_whole(self):
        for name in REGISTERS:
            keys = [next(iter(row.values())) for row in rows(name)]
            self.assertEqual(len(keys), len(set(keys)), name)
            for row in rows(name):
                self.assertNotIn(None, list(row) + list(row.values()), f"{name}: {row}")
                self.assertFalse([key for key, value in row.items() if value != value.strip() or not value], row)

    def test_rows_are_sorted_where_order_has_no_meaning(self):
        for name in ("clocks", "duties", "glossary", "metrics", "regions", "services", "slos"):
            keys = [next(iter(row.values())).lower() for row in rows(name)]
            self.assertEqual(sorted(keys), keys, name)

    def test_owners_are_those_of_the_book(self):
        for name in ("clocks", "duties", "regions", "services"):
            self.assertLessEqual(set(column(name, "owner")), OWNERS, name)


class Services(unittest.TestCase):
    def test_what_is_stored_in_the_database_is_as_recent_as_the_database(self):
        services = {row["id"]: row for row in rows("services")}
        for name in ("api", "portal", "webhooks", "worker"):
            self.assertEqual(services["database"]["rpo_min"], services[name]["rpo_min"], name)

    def test_what_needs_the_database_is_promised_no_sooner(self):
        services = {row["id"]: int(row["rto_min"]) for row in rows("services")}
        for name in ("api", "portal", "webhooks", "worker"):
            self.assertGreaterEqual(services[name], services["database"], name)

    def test_backups_lie_in_another_region_than_the_database(self):
        regions = dict(zip(column("services", "id"), column("services", "region")))
        self.assertNotEqual(regions["database"], regions["backups"])

    def test_runbooks_are_named_after_their_failure(self):
        for runbook in column("services", "runbook"):
            self.assertRegex(runbook, r"\A[a-z]+(-[a-z]+)*\Z")


class Traffic(unittest.TestCase):
    def setUp(self):
        self.traffic = settings("traffic.yaml")

    def test_organisations_are_counted_by_plan(self):
        plans = {f"organisations.{name}" for name in column("plans", "id")}
        self.assertEqual(plans, {key for key in self.traffic if key.startswith("organisations.")})

    def test_the_mean_rate_of_the_api_follows_from_plans_and_organisations(self):
        calls = sum(int(plan["included"]) * self.traffic[f"organisations.{plan['id']}"] for plan in rows("plans"))
        mean = calls * self.traffic["included_used"] / (365 * 86400 / 12)
        self.assertAlmostEqual(mean, self.traffic["api.rps_mean"], 1)

    def test_peaks_are_above_means_and_within_what_plans_allow(self):
        for part in ("api", "portal"):
            self.assertGreater(self.traffic[f"{part}.rps_peak"], 3 * self.traffic[f"{part}.rps_mean"])
        allowed = sum(int(plan["rate_min"]) / 60 * self.traffic[f"organisations.{plan['id']}"] for plan in rows("plans"))
        self.assertLess(self.traffic["api.rps_peak"] * self.traffic["headroom"], allowed)
        self.assertLess(self.traffic["webhooks.events_day"] / 86400, self.traffic["webhooks.attempts_s_peak"])
        self.assertLess(self.traffic["users_active_day"], self.traffic["users"])

    def test_the_mix_adds_up_and_names_operations_of_the_api(self):
        mix = {key.split(".")[1]: share for key, share in self.traffic.items() if key.startswith("api_mix.")}
        operations = {name for row in rows("scopes") for name in row["operations"].split()}
        self.assertLessEqual(set(mix), operations)
        self.assertAlmostEqual(1, sum(mix.values()))


class Metrics(unittest.TestCase):
    def test_names_follow_the_rules_of_prometheus(self):
        for row in rows("metrics"):
            name = row["name"]
            self.assertRegex(name, r"\A[a-z]+(_[a-z]+)+\Z")
            self.assertIn(row["type"], {"counter", "gauge", "histogram"}, name)
            self.assertEqual(row["type"] == "counter", name.endswith("_total"), name)
            if row["unit"] in ("seconds", "bytes", "ratio"):
                self.assertEqual(row["unit"], name.removesuffix("_total").rsplit("_", 1)[1], name)

    def test_no_label_grows_with_clients_or_requests(self):
        for row in rows("metrics"):
            labels = set(row["labels"].split()) - {"none"}
            self.assertFalse(labels & {"organisation", "user", "email", "key_id", "address", "trace_id", "url"}, row)

    def test_the_series_stay_within_the_budget(self):
        self.assertLessEqual(sum(map(int, column("metrics", "max_series"))), 10_000)


class Objectives(unittest.TestCase):
    def test_an_objective_measures_a_service_by_catalogued_metrics_and_labels(self):
        catalogue = {}
        for row in rows("metrics"):
            labels = set(row["labels"].split())
            parts = ("_bucket", "_count", "_sum") if row["type"] == "histogram" else ("",)
            catalogue.update({row["name"] + part: labels | ({"le"} if part == "_bucket" else set()) for part in parts})
        services = set(column("services", "id"))
        for slo in rows("slos"):
            self.assertIn(slo["service"], services)
            selectors = re.findall(r"rate\((\w+)(?:\{([^}]*)\})?\[\$window\]\)", slo["sli_query"])
            self.assertEqual(2, len(selectors), slo["id"])
            for name, matchers in selectors:
                self.assertIn(name, catalogue, slo["id"])
                self.assertLessEqual(set(re.findall(r"(\w+)=~?\"", matchers)), catalogue[name], slo["id"])
                self.assertLessEqual(set(re.findall(r'service="(\w+)"', matchers)), {slo["service"]})

    def test_our_objective_is_stricter_than_what_contracts_promise(self):
        promised = max(map(float, column("plans", "sla")))
        for slo in rows("slos"):
            if slo["id"].endswith("-availability"):
                self.assertGreater(float(slo["objective"]), promised, slo["id"])
            self.assertLess(float(slo["objective"]), 100)

    def test_each_pair_of_windows_spends_a_stated_share_of_the_budget(self):
        hours = {"m": 1 / 60, "h": 1, "d": 24}

        def length(text):
            return int(text[:-1]) * hours[text[-1]]

        for slo in rows("slos"):
            for pair in slo["burn_windows"].split():
                long, short, rate = pair.split(":")
                self.assertAlmostEqual(12, length(long) / length(short), msg=slo["id"])
                spent = float(rate) * length(long) / length(slo["window"])
                self.assertIn(round(spent, 3), (0.02, 0.05, 0.1), slo["id"])


class Severities(unittest.TestCase):
    def test_a_worse_severity_is_answered_and_told_sooner(self):
        table = rows("severities")
        self.assertEqual(["SEV1", "SEV2", "SEV3", "SEV4"], [row["id"] for row in table])
        for key in ("ack_min", "update_min", "review_days"):
            figures = [int(row[key]) for row in table if row[key] != "none"]
            self.assertEqual(sorted(figures), figures, key)

    def test_those_that_page_at_all_hours_are_those_of_the_opening_hours(self):
        named = re.findall(r"SEV\d", re.search(r"on_call: (.+)", (REFERENCE / "organisation.yaml").read_text())[1])
        self.assertEqual(named, [row["id"] for row in rows("severities") if row["page"] == "at all hours"])

    def test_pages_name_only_severities_that_exist(self):
        known = set(column("severities", "id"))
        for path in CONTENT.rglob("*.md"):
            self.assertLessEqual(set(re.findall(r"SEV\d+", path.read_text(encoding="utf-8"))), known, path)


class Support(unittest.TestCase):
    def test_every_priority_has_a_row_for_every_plan(self):
        expected = {f"P{n}-{plan}" for n in range(1, 5) for plan in column("plans", "id")}
        self.assertEqual(expected, set(column("support", "id")))
        for row in rows("support"):
            self.assertEqual(row["id"], f"{row['priority']}-{row['plan']}")

    def test_a_larger_plan_and_a_higher_priority_never_wait_longer(self):
        waits = {row["id"]: int(row["response_min"]) for row in rows("support")}
        plans = column("plans", "id")
        for n in range(1, 5):
            figures = [waits[f"P{n}-{plan}"] for plan in plans]
            self.assertEqual(sorted(figures, reverse=True), figures, n)
        for plan in plans:
            figures = [waits[f"P{n}-{plan}"] for n in range(1, 5)]
            self.assertEqual(sorted(figures), figures, plan)

    def test_support_answers_no_sooner_than_its_severity_is_acknowledged(self):
        acks = {row["id"]: int(row["ack_min"]) for row in rows("severities")}
        for row in rows("support"):
            if row["severity"] != "none":
                self.assertGreaterEqual(int(row["response_min"]), acks[row["severity"]], row["id"])


class Clocks(unittest.TestCase):
    def test_our_notice_to_clients_leaves_them_time_for_theirs(self):
        hours = {row["id"]: int(row["hours"]) for row in rows("clocks")}
        self.assertLessEqual(hours["processor-breach"], hours["controller-breach-eu"] / 2)
        self.assertEqual(hours["processor-breach"], hours["us-breach-processor"])

    def test_figures_of_the_law_are_those_of_the_law(self):
        law = {row["id"]: int(row["hours"]) for row in rows("clocks") if row["set_by"] == "law"}
        self.assertEqual({
            "controller-breach-eu": 72, "controller-breach-uk": 72, "cra-final-report": 14 * 24,
            "cra-notification": 72, "cra-warning": 24, "nis2-notification": 72, "nis2-warning": 24,
            "rights-request-california": 45 * 24, "us-breach-owner": 30 * 24}, law)

    def test_a_clock_is_for_an_incident_or_a_request_and_says_who_set_it(self):
        for row in rows("clocks"):
            self.assertEqual("request" if "request" in row["id"] else "incident", row["kind"], row["id"])
            self.assertIn(row["set_by"], {"law", "ours"}, row["id"])

    def test_a_month_is_counted_as_its_shortest(self):
        hours = {row["id"]: int(row["hours"]) for row in rows("clocks")}
        for name in ("cra-incident-report", "nis2-final-report", "rights-request"):
            self.assertEqual(28 * 24, hours[name], name)


class Duties(unittest.TestCase):
    def test_a_duty_has_an_interval_and_a_page_of_the_checklist(self):
        known = gaps()
        self.assertEqual(60, len(known))
        for row in rows("duties"):
            self.assertRegex(row["every"], r"\A(1 (hour|day|week|month)|[2-9] months|1[0-2] months)\Z", row["duty"])
            self.assertIn(row["page"], known, row["duty"])

    def test_metrics_named_as_evidence_exist(self):
        named = {name for text in column("duties", "evidence") for name in re.findall(r"\w+_\w+", text)}
        self.assertLessEqual(named, set(column("metrics", "name")))


class Cookies(unittest.TestCase):
    def test_the_session_cookie_lives_as_long_as_the_session(self):
        lives = dict(zip(column("cookies", "name"), column("cookies", "life")))
        sessions = {row["kind"]: row["lifetime"] for row in rows("credentials")}
        self.assertEqual(sessions["portal-session"], lives["__Host-session"])

    def test_what_is_not_needed_for_the_service_asks_first(self):
        for row in rows("cookies"):
            self.assertIn(row["consent"], {"not needed", "analytics"})
            self.assertRegex(row["life"], r"\A[1-9]\d* (minutes|hours|days)\Z")
            if row["name"].startswith("_ga"):
                self.assertEqual("analytics", row["consent"])


class Glossary(unittest.TestCase):
    def test_no_word_is_both_right_and_to_be_avoided(self):
        terms = {term.lower() for term in column("glossary", "term")}
        avoided = column("glossary", "avoid")
        self.assertEqual(len(avoided), len(set(avoided)))
        self.assertFalse(terms & set(avoided))
        for row in rows("glossary"):
            for word in avoided:
                self.assertNotRegex(row["definition"].lower(), rf"\b{re.escape(word)}\b", row["term"])


if __name__ == "__main__":
    unittest.main()
