"""The evaluator and the keeper of the flag file."""
import contextlib
import copy
import datetime
import io
import json
import logging
import os
import re
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import demo
import flagctl
from flags import Flags, bucket, resolve

SAMPLE = json.loads((HERE / "flags.json").read_text(encoding="utf-8"))
DAY_OF_SAMPLE = datetime.date(2026, 11, 22)
KEYS = [str(uuid.uuid5(uuid.NAMESPACE_DNS, f"organisation-{n}.example")) for n in range(20_000)]
TOLERANCE = 1.0  # Percentage points; three standard deviations at 20,000 keys are 0.92 to 1.06.


def flag(**changes):
    base = {
        "kind": "release", "type": "boolean", "description": "A flag for the tests",
        "owner": "product", "created": "2026-11-01", "expires": "2026-12-31", "state": "ENABLED",
        "variants": {"on": True, "off": False}, "default_variant": "off", "off_variant": "off", "rules": [],
    }
    return {**base, **changes}


def share(percentage, **more):
    return {"name": "a share", "percentage": percentage, "variant": "on", **more}


def when(attribute, op, *values):
    return [{"attribute": attribute, "op": op, "values": list(values)}]


class WithFile(unittest.TestCase):
    def setUp(self):
        logging.disable()
        self.addCleanup(logging.disable, logging.NOTSET)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "flags.json"

    def write(self, flags):
        text = flags if isinstance(flags, str) else json.dumps({"version": 1, "flags": flags})
        self.path.write_text(text, encoding="utf-8")
        return self.path

    def provider(self, **flags):
        return Flags(self.write({f"release.{name}": value for name, value in flags.items()}))


class EvaluationOrder(WithFile):
    def reason(self, flag, **context):
        return resolve(flag, "release.x", context)

    def test_without_rules_the_default_is_static(self):
        self.assertEqual(("off", "STATIC"), self.reason(flag()))

    def test_no_rule_that_matches_gives_the_default(self):
        rules = [{"name": "r", "when": when("plan", "in", "team"), "variant": "on"}]
        self.assertEqual(("off", "DEFAULT"), self.reason(flag(rules=rules), plan="starter"))

    def test_the_first_rule_that_matches_wins(self):
        rules = [
            {"name": "first", "when": when("plan", "in", "team"), "variant": "off"},
            {"name": "second", "when": when("plan", "in", "team", "business"), "variant": "on"},
        ]
        self.assertEqual(("off", "TARGETING_MATCH"), self.reason(flag(rules=rules), plan="team"))
        self.assertEqual(("on", "TARGETING_MATCH"), self.reason(flag(rules=rules), plan="business"))

    def test_all_conditions_of_a_rule_must_hold(self):
        both = when("plan", "in", "team") + when("role", "not_in", "billing")
        rules = [{"name": "r", "when": both, "variant": "on"}]
        self.assertEqual("on", self.reason(flag(rules=rules), plan="team", role="admin")[0])
        for context in ({"plan": "team", "role": "billing"}, {"plan": "starter", "role": "admin"}, {"plan": "team"}, {}):
            self.assertEqual("off", self.reason(flag(rules=rules), **context)[0], context)

    def test_a_rule_may_hold_conditions_and_a_share(self):
        rules = [share(100, when=when("plan", "in", "team"))]
        self.assertEqual(("on", "SPLIT"), self.reason(flag(rules=rules), plan="team", targeting_key="a"))
        self.assertEqual(("off", "DEFAULT"), self.reason(flag(rules=rules), plan="starter", targeting_key="a"))

    def test_the_kill_switch_is_above_every_rule_and_the_default(self):
        rules = [{"name": "r", "when": when("plan", "in", "team"), "variant": "on"}, share(100)]
        killed = flag(state="DISABLED", default_variant="on", rules=rules)
        self.assertEqual(("off", "DISABLED"), self.reason(killed, plan="team", targeting_key="a"))

    def test_a_killed_flag_needs_no_targeting_key(self):
        provider = self.provider(x=flag(state="DISABLED", rules=[share(50)]))
        self.assertEqual("DISABLED", provider.details("release.x", True).reason)


class Failures(WithFile):
    def check(self, details, code):
        self.assertEqual(("given", "ERROR", code, ""), (details.value, details.reason, details.error_code, details.variant))

    def test_an_unknown_flag_gives_the_default_of_the_caller(self):
        self.check(self.provider(x=flag()).details("release.y", "given"), "FLAG_NOT_FOUND")

    def test_a_value_of_another_type_gives_the_default(self):
        number = flag(type="number", variants={"on": 5, "off": 1.5})
        provider = self.provider(x=flag(), n=number)
        self.check(provider.details("release.x", "given", {}, str), "TYPE_MISMATCH")
        self.check(provider.details("release.n", "given", {}, bool), "TYPE_MISMATCH")
        self.assertEqual((7, "s", {}), (provider.number_value("release.x", 7), provider.string_value("release.x", "s"),
                                        provider.object_value("release.x", {})))
        self.assertEqual((1.5, False), (provider.number_value("release.n", 7), provider.boolean_value("release.x", True)))

    def test_a_share_without_targeting_key_gives_the_default(self):
        provider = self.provider(x=flag(rules=[share(100)]))
        for context in (None, {}, {"targeting_key": ""}):
            self.check(provider.details("release.x", "given", context), "TARGETING_KEY_MISSING")

    def test_a_flag_that_makes_no_sense_gives_the_default(self):
        for broken in ({}, "text", None, flag(default_variant="none"), flag(rules=[{}]), flag(rules=None)):
            self.check(self.provider(x=broken).details("release.x", "given"), "PARSE_ERROR")

    def test_before_the_first_good_file_every_flag_gives_the_default(self):
        for text in ("", "{", "[]", '{"version": 2, "flags": {}}', '{"version": 1}', '{"version": 1, "flags": 3}'):
            self.check(Flags(self.write(text)).details("release.x", "given"), "PROVIDER_NOT_READY")
        self.check(Flags("/nowhere/flags.json").details("release.x", "given"), "PROVIDER_NOT_READY")


class Reloading(WithFile):
    def test_a_change_is_seen_at_the_next_reload(self):
        provider = self.provider(x=flag(default_variant="on"))
        self.assertIs(True, provider.boolean_value("release.x", False))
        self.write({"release.x": flag(default_variant="on", state="DISABLED")})
        provider.reload()
        self.assertIs(False, provider.boolean_value("release.x", True))

    def test_a_broken_file_leaves_the_last_good_flags(self):
        provider = self.provider(x=flag(default_variant="on"))
        for text in ("{", '{"version": 1, "flags": null}'):
            self.write(text)
            provider.reload()
            self.assertIs(True, provider.boolean_value("release.x", False))
        os.remove(self.path)
        provider.reload()
        self.assertIs(True, provider.boolean_value("release.x", False))


class Percentages(unittest.TestCase):
    def members(self, percentage, key="release.x"):
        rules = flag(rules=[share(percentage)])
        return {k for k in KEYS if resolve(rules, key, {"targeting_key": k})[0] == "on"}

    def percent(self, found):
        return 100 * len(found) / len(KEYS)

    def test_the_share_is_what_was_asked_within_the_tolerance(self):
        for percentage in (1, 5, 25, 50, 75, 99):
            self.assertAlmostEqual(percentage, self.percent(self.members(percentage)), delta=TOLERANCE)

    def test_nobody_and_everybody_are_exact(self):
        self.assertEqual((0, len(KEYS)), (len(self.members(0)), len(self.members(100))))

    def test_small_shares_count(self):
        self.assertAlmostEqual(0.25, self.percent(self.members(0.25)), delta=0.11)

    def test_a_growing_share_keeps_everybody_it_had(self):
        shares = [self.members(percentage) for percentage in (1, 5, 25, 50, 100)]
        for smaller, larger in zip(shares, shares[1:]):
            self.assertLess(smaller, larger)

    def test_flags_choose_independently(self):
        both = self.members(50) & self.members(50, "release.y")
        self.assertAlmostEqual(25, self.percent(both), delta=TOLERANCE)

    def test_the_bucket_is_fixed_for_ever(self):
        # printf '%s' 'release.x:5b1f6a3e-9b1d-4c57-8a55-0f6f4c1f7d21' | sha256sum, first 16 digits, modulo 10,000
        self.assertEqual(8437, bucket("release.x", "5b1f6a3e-9b1d-4c57-8a55-0f6f4c1f7d21"))

    def test_thresholds_of_one_flag_divide_one_bucket(self):
        experiment = SAMPLE["flags"]["experiment.onboarding-checklist"]
        counts = {}
        for key in KEYS:
            found = resolve(experiment, "experiment.onboarding-checklist", {"targeting_key": key})
            counts[found] = counts.get(found, 0) + 100 / len(KEYS)
        self.assertAlmostEqual(30, counts["guided", "SPLIT"], delta=TOLERANCE)
        self.assertAlmostEqual(30, counts["control", "SPLIT"], delta=TOLERANCE)
        self.assertAlmostEqual(40, counts["control", "DEFAULT"], delta=TOLERANCE)


class Keeping(WithFile):
    def problems(self, today=DAY_OF_SAMPLE, key="release.x", **changes):
        found = flagctl.problems({key: flag(**changes)}, flagctl.read_kinds(), today)
        return [(level, text) for level, _, text in found]

    def test_the_sample_is_in_order_on_its_day(self):
        self.assertEqual([], list(flagctl.problems(SAMPLE["flags"], flagctl.read_kinds(), DAY_OF_SAMPLE)))

    def test_a_flag_is_expired_on_the_day_after_its_last(self):
        last = datetime.date(2026, 12, 31)
        self.assertEqual(["warning"], [level for level, _ in self.problems(last)])
        (level, text), = self.problems(last + datetime.timedelta(1))
        self.assertEqual(("error", True), (level, text.startswith("expired on 2026-12-31; product")))

    def test_a_warning_comes_fourteen_days_ahead(self):
        self.assertEqual([], self.problems(datetime.date(2026, 12, 16)))
        self.assertEqual(1, len(self.problems(datetime.date(2026, 12, 17))))

    def test_an_expired_flag_keeps_its_value(self):
        old = flag(created="2001-01-01", expires="2001-02-01", default_variant="on")
        self.assertEqual(("on", "STATIC"), resolve(old, "release.x", {}))

    def test_no_flag_outlives_its_kind(self):
        self.assertEqual([], self.problems(created="2026-11-01", expires="2027-01-30"))
        for expires in ("2027-01-31", "2026-11-01"):
            found = self.problems(datetime.date(2026, 10, 1), created="2026-11-01", expires=expires)
            self.assertEqual(["error"], [level for level, _ in found], expires)

    def test_names_variants_and_shares_are_checked(self):
        for text, changes in {
            "its name": {"key": "ops.x"},
            "no variant": {"default_variant": "maybe"},
            "no variant is": {"off_variant": "maybe"},
            "no variant is called": {"rules": [share(5, variant="maybe")]},
            "percentages": {"rules": [share(50), share(25)]},
            "percentages must": {"rules": [share(50), share(50)]},
        }.items():
            found = [problem for _, problem in self.problems(**changes)]
            self.assertTrue(len(found) == 1 and found[0].startswith(text), (text, found))

    def run_ctl(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = flagctl.main([str(argument) for argument in arguments])
        return code, out.getvalue()

    def test_the_check_fails_the_build_on_an_expired_flag(self):
        path = self.write(SAMPLE["flags"])
        self.assertEqual((0, "7 flags, 0 errors, 0 warnings\n"), self.run_ctl("check", path, "--today", "2026-11-22"))
        code, out = self.run_ctl("check", path, "--today", "2027-01-20")
        self.assertEqual((1, "7 flags, 2 errors, 0 warnings"), (code, out.splitlines()[-1]))

    def test_a_kill_changes_one_line_and_its_restore_changes_it_back(self):
        text = (HERE / "flags.json").read_text(encoding="utf-8")
        path = self.write(text)
        self.assertEqual((0, "ops.webhook-delivery is now DISABLED\n"), self.run_ctl("kill", path, "ops.webhook-delivery"))
        killed = path.read_text(encoding="utf-8")
        changed = [pair for pair in zip(text.splitlines(), killed.splitlines()) if pair[0] != pair[1]]
        self.assertEqual([('      "state": "ENABLED",', '      "state": "DISABLED",')], changed)
        self.assertIs(False, Flags(path).boolean_value("ops.webhook-delivery", True))
        self.run_ctl("restore", path, "ops.webhook-delivery")
        self.assertEqual(text, path.read_text(encoding="utf-8"))

    def test_a_kill_of_nothing_says_so_and_writes_nothing(self):
        path = self.write(SAMPLE["flags"])
        before = path.read_bytes()
        with self.assertRaisesRegex(SystemExit, "no flag is called ops.nothing"):
            self.run_ctl("kill", path, "ops.nothing")
        self.assertEqual(before, path.read_bytes())

    def test_the_audit_records_say_what_changed(self):
        new = copy.deepcopy(SAMPLE["flags"])
        new["ops.webhook-delivery"]["state"] = "DISABLED"
        new["release.new"] = flag()
        del new["permission.bulk-export-beta"]
        found = {record["target"]: record for record in flagctl.changes(SAMPLE["flags"], new)}
        self.assertEqual({"ops.webhook-delivery": "flag.changed", "release.new": "flag.added",
                          "permission.bulk-export-beta": "flag.removed"},
                         {target: record["action"] for target, record in found.items()})
        changed = found["ops.webhook-delivery"]
        self.assertEqual(("ENABLED", "DISABLED"), (changed["before"]["state"], changed["after"]["state"]))


class Page(WithFile):
    def test_the_output_on_the_page_is_what_the_demo_prints(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            demo.main()
        self.assertEqual((HERE / "demo.txt").read_text(), out.getvalue())

    def test_the_page_shows_one_whole_flag(self):
        page = HERE / "index.md"
        if not page.exists():
            self.skipTest("downloaded without the page")
        first, last = map(int, re.search(r"flags\.json:(\d+):(\d+)", page.read_text(encoding="utf-8")).groups())
        lines = (HERE / "flags.json").read_text(encoding="utf-8").splitlines()[first - 1:last]
        shown = json.loads("{" + "\n".join(lines).rstrip(",") + "}")
        self.assertEqual({"release.invoice-pdf-v2": SAMPLE["flags"]["release.invoice-pdf-v2"]}, shown)

    def test_killing_a_rollout_gives_the_old_behaviour(self):
        for key, sample in SAMPLE["flags"].items():
            if sample["kind"] in ("release", "permission"):
                self.assertEqual(("off", "off"), (sample["off_variant"], sample["default_variant"]), key)


if __name__ == "__main__":
    unittest.main()
