"""Tests of check_pipeline.py: the workflow of the page passes, each change for the worse is told."""

import contextlib
import io
import sys
import unittest
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from check_pipeline import cooldown_faults, main, quarantine_faults, table, workflow_faults

TODAY = date(2026, 11, 25)
WORKFLOW = (HERE / "ci.yaml").read_text(encoding="utf-8")
STAGES = table(HERE / "stages.csv")


class Workflow(unittest.TestCase):
    def test_the_one_of_the_page_is_fine(self):
        self.assertEqual([], list(workflow_faults(WORKFLOW, STAGES)))

    def test_each_change_for_the_worse_is_told(self):
        for words, old, new in [
            ("permissions at the top", "permissions: {}\n\nconcurrency", "permissions: write-all\n\nconcurrency"),
            ("permissions at the top", "permissions: {}\n\nconcurrency", "concurrency"),
            ("a secret in a workflow", "RESULTS: ${{", "TOKEN: ${{ secrets.DEPLOY }}\n          RESULTS: ${{"),
            ("pull_request_target", "  pull_request:\n", "  pull_request_target:\n"),
            ("unit: its time limit", "    name: unit\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5",
             "    name: unit\n    runs-on: ubuntu-24.04\n    timeout-minutes: 30"),
            ("may do more than read", "      contents: read", "      contents: write"),
            ("name the version", "ubuntu-24.04", "ubuntu-latest"),
            ("not pinned by digest", "checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "checkout@v4"),
            ("a step that can't fail", "tools/check unit", "tools/check unit || true"),
            ("a step that can't fail", "      - run: tools/check security",
             "      - run: tools/check security\n        continue-on-error: true"),
            ("required: must need", "needs: [static, unit, integration, security]", "needs: [static, unit]"),
            ("required: runs always", "if: ${{ always() }}", "if: ${{ success() }}"),
        ]:
            with self.subTest(words):
                changed = WORKFLOW.replace(old, new)
                self.assertNotEqual(WORKFLOW, changed)
                self.assertTrue([fault for fault in workflow_faults(changed, STAGES) if words in fault])


class Quarantine(unittest.TestCase):
    def faults(self, **changes):
        row = {"test": "a.b", "since": "2026-11-18", "until": "2026-12-02", "owner": "platform", "ticket": "T-1"}
        return list(quarantine_faults([{**row, **changes}], TODAY))

    def test_14_days_then_it_is_mended_or_deleted(self):
        self.assertEqual([], self.faults())
        self.assertEqual([], self.faults(since="2026-11-11", until="2026-11-25"))
        self.assertEqual(["quarantine ended, mend or delete: a.b (platform, T-1)"],
                         self.faults(since="2026-11-10", until="2026-11-24"))
        self.assertEqual(["longer than 14 days: a.b"], self.faults(until="2026-12-03"))
        self.assertEqual(["without owner or ticket: a.b"], self.faults(ticket=""))

    def test_more_than_ten_stop_the_work(self):
        row = table(HERE / "quarantine.csv")[0]
        self.assertEqual([], list(quarantine_faults([row] * 10, TODAY)))
        self.assertIn("11 tests in quarantine", next(quarantine_faults([row] * 11, TODAY)))


class Cooldown(unittest.TestCase):
    def test_a_version_waits_seven_days_unless_it_mends_something(self):
        def faults(released, urgent=()):
            return list(cooldown_faults([{"name": "x", "version": "2", "released": released}], TODAY, urgent))

        self.assertEqual([], faults("2026-11-18"))
        self.assertEqual(["x 2 is 6 days old, wait 1 more"], faults("2026-11-19"))
        self.assertEqual([], faults("2026-11-25", ["x"]))
        self.assertEqual(1, len(faults("2026-11-25", ["y"])))


class CommandLine(unittest.TestCase):
    def test_the_files_of_the_page_pass(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = main(["--workflow", str(HERE / "ci.yaml"), "--quarantine", str(HERE / "quarantine.csv"),
                           "--locked", str(HERE / "locked-sample.csv"), "--today", "2026-11-25"])
        self.assertEqual((0, ""), (status, out.getvalue()))

    def test_a_fault_ends_with_status_1(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = main(["--quarantine", str(HERE / "quarantine.csv"), "--today", "2026-12-03"])
        self.assertEqual(1, status)
        self.assertIn("quarantine ended", out.getvalue())


if __name__ == "__main__":
    unittest.main()
