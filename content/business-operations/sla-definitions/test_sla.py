"""What sla.py must hold: which minute is down, edges of months and of steps, maintenance and its limit, credits."""

import sys
import unittest
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import sla


def outage(start, end, kind="down", service="api"):
    return {"service": service, "start": start, "end": end, "kind": kind}


class Minute(unittest.TestCase):
    def test_both_probes_or_a_share_of_the_requests_decide(self):
        for probes, requests, errors, expected in (
            ((True, True), 100, 0, False), ((False, False), 100, 0, True), ((True, False), 100, 0, False), ((False, None), 100, 0, False),
            ((True, True), 100, 5, True), ((True, True), 100, 4, False), ((True, True), 19, 19, False), ((True, True), 20, 1, True),
            ((None, False), 0, 0, True), ((None, None), 0, 0, True), ((None, True), 0, 0, False), ((True, False), 0, 0, False),
            ((None, None), 50, 0, False), ((False, False), 0, 0, True),
        ):
            with self.subTest(probes=probes, requests=requests, errors=errors):
                self.assertEqual(expected, sla.is_down(probes, requests, errors))


class Month(unittest.TestCase):
    def check(self, month, outages, down, excluded):
        percent, *found = sla.availability(month, outages, "api")
        self.assertEqual([down, excluded], found)
        counted = len(sla.month_of(month)) - excluded
        self.assertEqual(Fraction(counted - down, counted) * 100, percent)

    def test_months_have_their_minutes_in_utc(self):
        for month, days in (("2026-02", 28), ("2028-02", 29), ("2026-10", 31), ("2026-11", 30), ("2026-12", 31)):
            self.assertEqual(days * 1440, len(sla.month_of(month)), month)

    def test_a_begun_minute_counts_and_overlaps_count_once(self):
        self.check("2026-10", [], 0, 0)
        self.check("2026-10", [outage("2026-10-05T10:00:59Z", "2026-10-05T10:01:01Z")], 2, 0)
        self.check("2026-10", [outage("2026-10-05T10:00:00Z", "2026-10-05T10:10:00Z"),
                               outage("2026-10-05T10:05:00Z", "2026-10-05T10:12:00Z")], 12, 0)

    def test_other_months_and_services_do_not_count(self):
        across = [outage("2026-09-30T23:50:00Z", "2026-10-01T00:05:00Z"), outage("2026-10-31T23:58:00Z", "2026-11-01T02:00:00Z")]
        self.check("2026-10", across, 7, 0)
        self.check("2026-09", across, 10, 0)
        self.check("2026-10", [outage("2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z", service="portal")], 0, 0)

    def test_a_time_with_another_zone_is_the_same_moment(self):
        self.check("2026-09", [outage("2026-10-01T00:50:00+01:00", "2026-10-01T01:05:00+01:00")], 10, 0)

    def test_maintenance_is_left_out_up_to_its_limit(self):
        window = outage("2026-10-04T03:00:00Z", "2026-10-04T04:30:00Z", "maintenance")
        self.check("2026-10", [window], 0, 90)
        self.check("2026-10", [window, outage("2026-10-04T04:20:00Z", "2026-10-04T04:50:00Z")], 20, 90)
        second = outage("2026-10-11T03:00:00Z", "2026-10-11T04:00:00Z", "maintenance")
        self.check("2026-10", [window, second], 30, 120)

    def test_what_ends_before_it_starts_or_is_of_no_kind_is_refused(self):
        with self.assertRaises(ValueError):
            sla.availability("2026-10", [outage("2026-10-05T10:00:00Z", "2026-10-05T10:00:00Z")], "api")
        with self.assertRaises(KeyError):
            sla.availability("2026-10", [outage("2026-10-05T10:00:00Z", "2026-10-05T10:01:00Z", "holiday")], "api")

    def test_the_target_is_met_to_the_minute(self):
        start = datetime(2026, 11, 3, tzinfo=timezone.utc)
        for down, expected in ((43, 0), (44, 10), (432, 10), (433, 25), (2160, 25), (2161, 50)):
            end = (start + timedelta(minutes=down)).isoformat()
            percent, _, _ = sla.availability("2026-11", [outage(start.isoformat(), end)], "api")
            self.assertEqual(expected, sla.credit_share("team", percent), down)


class Credit(unittest.TestCase):
    def test_steps_are_strict(self):
        for plan, percent, expected in (("team", "99.9", 0), ("team", "99.8999", 10), ("team", "99", 10), ("starter", "99.5", 0),
                                        ("starter", "99.49", 10), ("business", "94.9", 50), ("business", "100", 0)):
            self.assertEqual(expected, sla.credit_share(plan, Fraction(percent)), f"{plan} {percent}")

    def test_money_is_rounded_half_up(self):
        self.assertEqual(1490, sla.credit("team", Fraction(99), 14900))
        self.assertEqual(1, sla.credit("team", Fraction(99), 5))
        self.assertEqual(0, sla.credit("team", Fraction(100), 14900))

    def test_an_unknown_plan_is_refused(self):
        with self.assertRaises(ValueError):
            sla.credit_share("gold", Fraction(99))

    def test_shown_figures_are_cut_off(self):
        self.assertEqual("99.899", sla.shown(Fraction("99.8999")))
        self.assertEqual("100.000", sla.shown(Fraction(100)))


class Register(unittest.TestCase):
    def test_the_first_step_of_each_plan_is_what_it_promises(self):
        for plan, row in sla.plans().items():
            steps = [(Fraction(step["below"]), int(step["credit"])) for step in sla.rows(HERE / "credits.csv") if step["plan"] == plan]
            self.assertEqual(Fraction(row["sla"]), steps[0][0], plan)
            self.assertEqual(sorted(steps, reverse=True), steps, "further down")
            self.assertEqual(sorted(credit for _, credit in steps), [credit for _, credit in steps], "costs more")


if __name__ == "__main__":
    unittest.main()
