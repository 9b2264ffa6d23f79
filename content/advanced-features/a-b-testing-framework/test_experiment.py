"""Known figures from the literature, then simulations with a fixed seed: the error rates must be those we claim."""
import io
import random
import unittest
from contextlib import redirect_stdout
from pathlib import Path

import experiment
from experiment import Arm, assign, days_needed, decide, difference, mismatch, people_per_arm

HERE = Path(__file__).parent


class Assignment(unittest.TestCase):
    users = [f"usr_{number:05}" for number in range(20_000)]

    def test_a_person_stays_in_one_arm(self):
        for user in self.users[:500]:
            self.assertEqual(assign("experiment.x", user, 30), assign("experiment.x", user, 30))

    def test_the_arms_have_the_size_that_was_asked_for(self):
        for share in (5, 30, 50):
            arms = [assign("experiment.onboarding-checklist", user, share) for user in self.users]
            for arm in ("treatment", "control"):
                self.assertAlmostEqual(arms.count(arm) / len(arms) * 100, share, delta=1)

    def test_a_larger_share_keeps_the_treated(self):
        small = {user for user in self.users if assign("experiment.x", user, 10) == "treatment"}
        large = {user for user in self.users if assign("experiment.x", user, 40) == "treatment"}
        self.assertLess(small, large)

    def test_experiments_are_independent(self):
        both = sum(assign("experiment.a", user, 50) == assign("experiment.b", user, 50) for user in self.users)
        self.assertAlmostEqual(both / len(self.users), 0.5, delta=0.015)

    def test_who_takes_no_part_is_in_no_arm(self):
        arms = {assign("experiment.x", user, 20) for user in self.users}
        self.assertEqual(arms, {"treatment", "control", None})


class Plans(unittest.TestCase):
    def test_sample_sizes_of_the_usual_tables(self):
        for baseline, effect, people in [(0.40, 0.05, 1534), (0.10, 0.02, 3841), (0.50, 0.10, 388)]:
            self.assertEqual(people_per_arm(baseline, effect), people)

    def test_a_loss_needs_as_many_people_as_a_gain_from_the_other_side(self):
        self.assertEqual(people_per_arm(0.45, -0.05), people_per_arm(0.40, 0.05))

    def test_shares_outside_0_and_1_are_refused(self):
        for baseline, effect in [(0, 0.1), (1, -0.1), (0.5, 0), (0.95, 0.1)]:
            with self.assertRaises(ValueError):
                people_per_arm(baseline, effect)

    def test_a_plan_is_whole_weeks_between_two_and_eight(self):
        self.assertEqual(days_needed(100, 10_000), 14)
        self.assertEqual(days_needed(1534, 900), 28)
        self.assertEqual(days_needed(3600, 900), 56)
        self.assertIsNone(days_needed(3601, 900))


class Reading(unittest.TestCase):
    def test_the_interval_is_that_of_newcombe_1998(self):
        change, low, high = difference(Arm(80, 48), Arm(70, 56))
        self.assertEqual((round(change, 4), round(low, 4), round(high, 4)), (0.2, 0.0524, 0.3339))

    def test_an_uneven_split_is_found_and_a_usual_one_is_not(self):
        self.assertLess(mismatch(Arm(5_000, 1), Arm(5_400, 1)), 0.001)
        self.assertGreater(mismatch(Arm(5_000, 1), Arm(5_100, 1)), 0.3)

    def test_each_decision(self):
        same = (Arm(1600, 640), Arm(1600, 640))
        worse = ("support_cases", Arm(1600, 20), Arm(1600, 60))
        for days, arms, guards, word in [
            (28, (Arm(1540, 616), Arm(1575, 709)), (), "ship"),
            (28, (Arm(1575, 709), Arm(1540, 616)), (), "drop"),
            (28, same, (), "drop"),
            (21, (Arm(1540, 616), Arm(1575, 709)), (worse,), "stop"),
            (3, same, (worse,), "stop"),
            (10, (Arm(1540, 616), Arm(1575, 709)), (), "wait"),
            (16, (Arm(1540, 616), Arm(1575, 709)), (), "wait"),
            (28, (Arm(1400, 616), Arm(1700, 800)), (worse,), "void"),
        ]:
            self.assertEqual(decide(days, *arms, guards)[0], word, (days, arms, guards))

    def test_impossible_counts_are_refused(self):
        for people, successes in [(0, 0), (10, 11), (10, -1)]:
            with self.assertRaises(ValueError):
                Arm(people, successes)


class ErrorRates(unittest.TestCase):
    """300 made experiments of the planned size; the bounds are four standard errors wide."""

    def shipped(self, effect, runs=300):
        chance = random.Random(20261125)
        count = people_per_arm(0.40, 0.05)

        def arm(share):
            return Arm(count, sum(chance.random() < share for _ in range(count)))
        return sum(decide(28, arm(0.40), arm(0.40 + effect))[0] == "ship" for _ in range(runs)) / runs

    def test_an_effect_of_the_planned_size_is_found_four_times_in_five(self):
        self.assertAlmostEqual(self.shipped(0.05), experiment.POWER, delta=0.093)

    def test_no_effect_is_shipped_one_time_in_forty(self):
        self.assertLess(self.shipped(0.0), experiment.ALPHA / 2 + 0.037)

    def test_looking_each_day_ships_what_has_no_effect_three_times_as_often(self):
        chance = random.Random(20261125)

        def shipped_early(days=28, a_day=55):
            people, successes = 0, [0, 0]
            for day in range(days):
                people += a_day
                for arm in (0, 1):
                    successes[arm] += sum(chance.random() < 0.40 for _ in range(a_day))
                _, low, high = difference(Arm(people, successes[0]), Arm(people, successes[1]))
                if day >= 1 and (low > 0 or high < 0):
                    return low > 0
            return False
        shipped = sum(shipped_early() for _ in range(300)) / 300
        self.assertGreater(shipped, 3 * experiment.ALPHA / 2)


class Page(unittest.TestCase):
    def test_the_printed_example_is_what_the_program_says(self):
        out = io.StringIO()
        with redirect_stdout(out):
            for effect in ("0.05", "0.02"):
                print(f"$ python3 experiment.py plan --baseline 0.40 --effect {effect} --people-week 900")
                experiment.main(["plan", "--baseline", "0.40", "--effect", effect, "--people-week", "900"])
            print("$ python3 experiment.py read results.csv")
            experiment.main(["read", str(HERE / "results.csv")])
        self.assertEqual(out.getvalue(), (HERE / "demo.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
