"""Example 1: pure code. Inputs and outputs, boundaries, a property; no double at all."""

import csv
import random
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pricing import Plan, change, charge, prorate

TEAM = Plan("team", 14900, 250_000, 60)
STARTER = Plan("starter", 4900, 50_000, 100)


# ANCHOR: examples
class Charge(unittest.TestCase):
    def test_calls_within_the_plan_cost_nothing_more(self):
        self.assertEqual(14900, charge(TEAM, 0))
        self.assertEqual(14900, charge(TEAM, 250_000))

    def test_each_begun_thousand_beyond_it_is_charged(self):
        for calls, expected in [
            (250_001, 14960),  # The first call begins a thousand.
            (251_000, 14960),
            (251_001, 15020),
            (261_204, 15620),  # The example of the API Specifications: 12 × 60 = 720 more.
        ]:
            with self.subTest(calls=calls):
                self.assertEqual(expected, charge(TEAM, calls))

    def test_a_negative_count_is_refused(self):
        with self.assertRaisesRegex(ValueError, "negative"):
            charge(TEAM, -1)
# ANCHOR_END: examples


class Prorate(unittest.TestCase):
    def test_halves_are_rounded_up(self):
        for amount, left, days, expected in [(14900, 30, 30, 14900), (14900, 0, 30, 0), (14900, 10, 30, 4967),
                                             (1, 1, 2, 1), (1, 1, 3, 0), (3, 1, 2, 2), (100, 7, 31, 23)]:
            with self.subTest(amount=amount, left=left, days=days):
                self.assertEqual(expected, prorate(amount, left, days))

    def test_days_outside_the_period_are_refused(self):
        for left, days in ((-1, 30), (31, 30), (0, 0)):
            with self.assertRaises(ValueError):
                prorate(100, left, days)


class Change(unittest.TestCase):
    def test_an_upgrade_costs_the_difference_for_the_days_that_are_left(self):
        self.assertEqual(5000, change(STARTER, TEAM, 15, 30))

    def test_a_downgrade_is_a_credit_of_the_same_amount(self):
        self.assertEqual(-5000, change(TEAM, STARTER, 15, 30))


# ANCHOR: property
class Properties(unittest.TestCase):
    """What holds for every input. The seed is fixed: a failure is the same for everybody."""

    def setUp(self):
        self.dice = random.Random(20261125)

    def test_more_calls_never_cost_less_and_a_call_never_more_than_a_thousand(self):
        for _ in range(2000):
            plan = Plan("x", self.dice.randrange(10**6), self.dice.randrange(10**6), self.dice.randrange(10**3))
            calls = self.dice.randrange(2 * 10**6)
            step = charge(plan, calls + 1) - charge(plan, calls)
            self.assertIn(step, (0, plan.overage_minor), f"{plan} {calls}")

    def test_prorated_parts_lose_or_gain_one_cent_at_most(self):
        for _ in range(2000):
            amount, days = self.dice.randrange(10**7), self.dice.randrange(1, 32)
            left = self.dice.randint(0, days)
            both = prorate(amount, left, days) + prorate(amount, days - left, days)
            self.assertIn(both - amount, (0, 1), f"{amount} {left}/{days}")

    def test_there_and_back_on_one_day_costs_nothing(self):
        for _ in range(500):
            days = self.dice.randrange(1, 32)
            left = self.dice.randint(0, days)
            self.assertEqual(0, change(STARTER, TEAM, left, days) + change(TEAM, STARTER, left, days))
# ANCHOR_END: property


class Register(unittest.TestCase):
    def test_the_plans_of_the_examples_are_those_on_sale(self):
        with open(HERE.parents[1] / "reference" / "plans.csv", encoding="utf-8", newline="") as file:
            plans = {row["id"]: Plan(row["id"], int(row["price_minor"]), int(row["included"]), int(row["overage_minor"]))
                     for row in csv.DictReader(file)}
        self.assertEqual((TEAM, STARTER), (plans["team"], plans["starter"]))


if __name__ == "__main__":
    unittest.main()
