"""The page A/B Testing Framework and the page Feature Flags assign people alike."""

import csv
import importlib.util
import math
import unittest
from pathlib import Path

CONTENT = Path(__file__).resolve().parents[2] / "content"
AREA = CONTENT / "advanced-features"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


experiment = load(AREA / "a-b-testing-framework/experiment.py")
flags = load(AREA / "feature-flags/flags.py")


class Agreement(unittest.TestCase):
    def test_the_sample_flag_gives_the_arms_that_are_counted(self):
        file = flags.Flags(AREA / "feature-flags/flags.json")
        arms = {"treatment": "guided", "control": "short", None: "short"}
        for number in range(2000):
            user = f"usr_{number}"
            value = file.string_value("experiment.onboarding-checklist", "short", {"targeting_key": user})
            arm = experiment.assign("experiment.onboarding-checklist", user, 30)
            self.assertEqual(value, arms[arm], user)

    def test_the_longest_experiment_fits_the_life_of_its_flag(self):
        with open(AREA / "feature-flags/kinds.csv", encoding="utf-8", newline="") as file:
            days = {row["kind"]: int(row["max_days"]) for row in csv.DictReader(file)}
        self.assertEqual(experiment.MAX_DAYS + 4, days["experiment"])

    def test_the_page_tells_the_figures_of_the_program(self):
        page = (AREA / "a-b-testing-framework/index.md").read_text(encoding="utf-8")
        self.assertIn(f"at least {experiment.MIN_DAYS} days, at most {experiment.MAX_DAYS}", page)
        self.assertIn(f"power | {experiment.POWER:.0%}".replace("%", " %"), page)
        self.assertIn(f"one-sided {experiment.HARM_ALPHA:.1%} a look".replace("%", " %"), page)
        self.assertTrue(math.isclose(experiment.ALPHA, 0.05))

    def test_the_design_effect_is_the_one_of_the_members_we_have(self):
        traffic = (CONTENT / "reference/traffic.yaml").read_text(encoding="utf-8")
        users = int(next(line for line in traffic.splitlines() if line.startswith("users:")).split(":")[1])
        organisations = sum(
            int(line.split(":")[1]) for line in traffic.splitlines() if line.strip().split(":")[0] in ("starter", "team", "business")
        )
        self.assertEqual(round(users / organisations), 12)
        self.assertEqual(round(1 + (12 - 1) * 0.05, 1), 1.6)



if __name__ == "__main__":
    unittest.main()
