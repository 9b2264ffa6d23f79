"""The pages of Development Workflow agree with each other, with the pipeline, and with the registers."""

import csv
import json
import sys
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT

AREA = ROOT / "content/development-workflow"
BRANCHING = AREA / "git-branching-strategy"
REVIEW = AREA / "code-review-process"
PIPELINE = ROOT / "content/testing-and-quality-assurance/automated-testing-pipeline"
OWNERS = set(tomllib.loads((ROOT / "book.toml").read_text(encoding="utf-8"))["owners"])


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Branching(unittest.TestCase):
    def rules(self, name):
        return {rule["type"]: rule.get("parameters", {}) for rule in json.loads((BRANCHING / name).read_text())["rules"]}

    def test_the_branch_requires_the_check_that_the_pipeline_has(self):
        required = {check["context"] for check in self.rules("ruleset.json")["required_status_checks"]["required_status_checks"]}
        self.assertLessEqual(required, {row["stage"] for row in rows(PIPELINE / "stages.csv")})

    def test_the_queue_waits_longer_than_the_longest_blocking_stage_and_the_gate(self):
        budgets = {row["stage"]: int(row["budget_min"]) for row in rows(PIPELINE / "stages.csv") if row["blocks"] == "merge"}
        waits = self.rules("ruleset-queue.json")["merge_queue"]["check_response_timeout_minutes"]
        self.assertGreaterEqual(waits, max(budgets.values()) + budgets["required"])


class Review(unittest.TestCase):
    PATHS = rows(REVIEW / "paths.csv")

    def test_groups_are_owners_of_the_book(self):
        self.assertLessEqual({owner for row in self.PATHS for owner in row["owners"].split()}, OWNERS)

    def test_places_have_the_approvals_that_their_own_pages_ask(self):
        """Migration Strategy, Automated Testing Pipeline, Code Quality Standards, SDK Documentation, Feature Flags."""
        asked = {row["path"]: (row["owners"], row["approvals"]) for row in self.PATHS}
        for path, owners, approvals in (("/migrations/", "platform", "two"), ("/.github/", "platform security", "each"),
                                        ("/tools/", "platform security", "each"), ("/ruff.toml", "platform", "two"),
                                        ("/sdk/", "platform", "two"), ("/config/flags.json", "platform product", "any")):
            self.assertEqual((owners, approvals), asked[path], path)

    def test_the_reviewers_of_the_ruleset_are_those_of_the_list(self):
        told = json.loads((REVIEW / "required-reviewers.json").read_text(encoding="utf-8"))
        needed = {"each": 1, "two": 2}
        self.assertEqual([(row["path"], owner, needed[row["approvals"]]) for row in self.PATHS if row["approvals"] in needed
                          for owner in row["owners"].split()],
                         [(rule["file_patterns"][0], rule["reviewer"]["id"], rule["minimum_approvals"]) for rule in told])

    def test_the_one_assistant_of_the_register_gets_no_data_of_clients(self):
        known = {row["id"]: row for row in rows(ROOT / "content/reference/providers.csv") if row["id"].startswith("ai-")}
        self.assertEqual(["ai-assistant"], list(known))
        self.assertEqual("none", known["ai-assistant"]["data_classes"])

    def test_what_one_may_merge_past_review_is_the_same_everywhere(self):
        self.assertIn('UNREVIEWED = {"config/flags.json"}', (BRANCHING / "check_message.py").read_text(encoding="utf-8"))
        flags = (ROOT / "content/advanced-features/feature-flags/index.md").read_text(encoding="utf-8")
        self.assertIn("config/flags.json", flags)


if __name__ == "__main__":
    unittest.main()
