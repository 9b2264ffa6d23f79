"""The quality check on both sides of each limit."""

import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import quality

HERE = Path(__file__).resolve().parent
GOOD = {"day": "d", "visits_all": "1000", "visits_agreed": "500", "orders_server": "10", "orders_counted": "5",
        "unknown_events": "0", "not_set": "25"}


class Week(unittest.TestCase):
    def check(self, expected, *days):
        found = quality.faults([{**GOOD, **day} for day in days or ({},)])
        self.assertEqual(found, expected)

    def test_a_good_week_and_a_quiet_one_can_be_used(self):
        self.check([])
        zero = {name: "0" for name in GOOD if name != "day"}
        self.check([], zero)

    def test_the_share_that_agrees_has_two_limits(self):
        self.check([], {"visits_agreed": "300", "not_set": "0"})
        self.check([], {"visits_agreed": "750"})
        self.check(["d: 30% agreed, expected 30% to 75%"], {"visits_agreed": "299", "not_set": "0"})
        self.check(["d: 75% agreed, expected 30% to 75%"], {"visits_agreed": "751"})
        self.check(["d: more visits agreed than there were"], {"visits_agreed": "1001"})

    def test_events_outside_the_plan_and_values_not_set(self):
        self.check(["d: 1 events that are not in the plan"], {"unknown_events": "1"})
        self.check(["d: 5% of values not set"], {"not_set": "26"})

    def test_orders_are_held_to_the_database(self):
        self.check(["d: more orders counted than received"], {"orders_counted": "11"})
        two = [{"orders_counted": "7"}, {"orders_counted": "7"}]
        self.check([], *two)  # 70 % of orders, 50 % of visits: just within.
        self.check(["week: 75% of orders counted, but 50% of visits"], {"orders_counted": "8"}, two[0])
        self.check([], {"orders_server": "19", "orders_counted": "19"})  # Too few to say anything.

    def test_the_page_shows_what_the_program_prints(self):
        printed = subprocess.run([sys.executable, "quality.py", "week.csv"], cwd=HERE, capture_output=True, text=True)
        self.assertEqual(printed.returncode, 1)
        page = (HERE / "index.md").read_text(encoding="utf-8")
        self.assertIn(printed.stdout.strip().replace("\n", "\n   "), page)


if __name__ == "__main__":
    unittest.main()
