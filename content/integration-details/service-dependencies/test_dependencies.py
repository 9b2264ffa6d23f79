"""The age check at both ends of each span, the list of components, and the inventory against the registers."""

import datetime as dt
import re
import unittest

import age_check
from age_check import HERE, check, judge, rows
from sbom import sbom

REFERENCE = HERE.parents[1] / "reference"
TODAY = dt.date(2026, 11, 25)


def day(days):
    return (TODAY + dt.timedelta(days)).isoformat()


class Judgement(unittest.TestCase):
    def verdict(self, end, due=None):
        return judge(day(end), None if due is None else {"to": "2", "due": day(due)}, TODAY)[0]

    def test_both_ends_of_each_span(self):
        for end, due, verdict in [(365, None, "ok"), (364, None, "no-plan"), (0, None, "no-plan"), (-1, None, "ended"),
                                  (-1, 5, "ended"), (100, 10, "planned"), (100, 11, "late-plan"), (100, 0, "planned"),
                                  (100, -1, "overdue"), (800, 100, "planned")]:
            self.assertEqual(self.verdict(end, due), verdict, (end, due))

    def test_no_date_is_a_fault(self):
        for until in ("", "none", "2027", "soon"):
            self.assertEqual(judge(until, None, TODAY)[0], "unknown")

    def test_a_plan_for_nothing_is_an_error(self):
        self.assertRaises(ValueError, check, [], [{"dependency": "postgresq1", "to": "17", "due": day(9)}], TODAY)

    def test_the_first_to_end_comes_first(self):
        table = [{"tool": name, "tested": "1", "supported_until": day(end)} for name, end in (("b", 900), ("a", 400))]
        self.assertEqual([row[0] for row in check(table, [], TODAY)], ["a", "b"])


class Components(unittest.TestCase):
    digest = "--hash=sha256:" + "0" * 64

    def test_each_line_is_a_component(self):
        found = sbom(f"# made\nZope.Interface==5.0 \\\n    {self.digest} \\\n    {self.digest}\nattrs==23.1 {self.digest}  # via x\n",
                     "portal", "1.2.3")
        self.assertEqual([part["purl"] for part in found["components"]], ["pkg:pypi/attrs@23.1", "pkg:pypi/zope-interface@5.0"])
        self.assertEqual(found["specVersion"], "1.6")

    def test_what_is_not_pinned_is_refused(self):
        for line in ("attrs", "attrs>=23.1", "attrs==23.1", f"attrs==23.* {self.digest}", f"attrs==23.1 {self.digest[:-1]}",
                     "-e .", "attrs @ https://example.com/a.whl"):
            self.assertRaises(ValueError, sbom, line, "portal", "1")


class Registers(unittest.TestCase):
    inventory = rows(HERE / "inventory.csv")
    services = {row["id"]: row for row in rows(REFERENCE / "services.csv")}

    def test_our_toolchain_has_no_fault_today(self):
        found = check(rows(REFERENCE / "toolchain.csv"), rows(HERE / "plans.csv"), TODAY)
        self.assertEqual([row for row in found if row[2] not in ("ok", "planned")], [])

    def test_each_dependency_has_a_version_and_an_end(self):
        self.assertLessEqual({row["dependency"] for row in self.inventory},
                             {row["tool"] for row in rows(REFERENCE / "toolchain.csv")})

    def test_each_service_that_we_run_has_dependencies(self):
        used = {service for row in self.inventory for service in row["used_by"].split()}
        self.assertEqual(used, self.services.keys() - {"status-page"})

    def test_each_runbook_exists(self):
        runbooks = {row["runbook"] for row in self.services.values()} | {"expired-certificate"}
        for row in self.inventory:
            if named := re.fullmatch(r"runbook (\S+)", row["without_it"]):
                self.assertIn(named[1], runbooks, row["dependency"])

    def test_each_provider_has_an_outage_plan(self):
        for row in rows(REFERENCE / "providers.csv"):
            self.assertGreater(len(row["outage_plan"]), 15, row["id"])

    def test_plans_are_the_duty_of_the_register(self):
        duty = {row["duty"]: row for row in rows(REFERENCE / "duties.csv")}["dependency-review"]
        self.assertEqual((duty["every"], duty["owner"]), ("1 month", "platform"))


if __name__ == "__main__":
    unittest.main()
