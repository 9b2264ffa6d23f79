import io
import sys
import unittest

import cases
import rules
import tables
from rules import HERE, groups, rows

sys.path.insert(0, str(HERE.parent / "metrics-collection"))

from metrics import catalogue
from promql import faults, used


def printed(main, *arguments):
    out = io.StringIO()
    main(*arguments, out)
    return out.getvalue()


def text(name):
    return (HERE / name).read_text(encoding="utf-8")


class Alerts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rules = [rule for *_, found in groups() for rule in found]
        cls.alerts = [rule for rule in cls.rules if "alert" in rule]
        cls.recorded = {rule["record"] for rule in cls.rules if "record" in rule}

    def test_the_files_are_those_that_the_programs_print(self):
        self.assertEqual(text("alerts.yaml"), printed(rules.main, "thresholds"))
        self.assertEqual(text("objectives.rules.yaml"), printed(rules.main, "objectives"))
        self.assertEqual(text("alerts.test.yaml"), printed(cases.main))
        for name in ("burn", "alerts"):
            self.assertEqual(text(f"{name}.csv"), printed(tables.main, name))

    def test_every_rule_uses_only_what_is_catalogued(self):
        known = catalogue()
        for rule in self.rules:
            self.assertEqual([], faults(rule["expr"], known, self.recorded), rule)

    def test_every_threshold_is_tried_on_both_sides(self):
        thresholds = {row["alert"] for row in rows(HERE / "thresholds.csv")} | {"ProviderNearLimit"}
        tried = [row["alert"] for row in rows(HERE / "cases.csv")]
        self.assertEqual(thresholds - {"Watchdog"}, set(tried))
        self.assertEqual(len(tried), len(set(tried)))
        known = {rule["alert"]: rule for rule in self.alerts}
        for case in rows(HERE / "cases.csv"):
            self.assertNotEqual(case["quiet"], case["firing"], case["alert"])
            # Packed tests stay apart only if an alert reads no metric that isn't of its own case.
            self.assertLessEqual(set(used(known[case["alert"]]["expr"])[0]), cases.names(case), case["alert"])

    def test_every_alert_says_how_bad_whose_and_what_to_do(self):
        severities = {row["id"] for row in rows(rules.REFERENCE / "severities.csv")}
        names = [(rule["alert"], rule["labels"].get("slo")) for rule in self.alerts]
        self.assertEqual(len(names), len(set(names)))
        for rule in self.alerts:
            self.assertIn(rule["labels"]["severity"], severities | {"heartbeat"}, rule)
            self.assertRegex(rule["annotations"]["runbook"], r"\Ahttps://handbook\.[a-z.]+/[a-z/-]+\.html(#[a-z0-9-]+)?\Z")
            self.assertTrue(rule["annotations"]["summary"])

    def test_both_windows_and_enough_bad_events_are_asked_for(self):
        for slo in rows(rules.REFERENCE / "slos.csv"):
            for pair, alert in zip(slo["burn_windows"].split(), rules.burning(slo), strict=True):
                long, short, rate = pair.split(":")
                limit = float(rate) * (1 - float(slo["objective"]) / 100)
                for window in (long, short):
                    self.assertRegex(alert["expr"], rf'slo:bad:share{window}\{{slo="{slo["id"]}"\}} > {limit:.6g}\b')
                self.assertEqual("SEV3" if rate == "1" else "SEV2", alert["severity"])


if __name__ == "__main__":
    unittest.main()
