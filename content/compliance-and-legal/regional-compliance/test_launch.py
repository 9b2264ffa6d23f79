"""The matrix answers for each duty, and a launch opens only when each step is done, proven and checked in time."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import launch

REFERENCE = HERE.parents[1] / "reference"  # regions.csv transfers.csv clocks.csv organisation.yaml
# The end of a duty's id, and the line of the matrix that answers for it.
TOPICS = {"privacy": "privacy", "california": "privacy", "quebec": "transfers", "transfers": "transfers",
          "breach": "breach", "marketing": "marketing", "cookies": "cookies", "vat": "tax", "tax": "tax", "gst": "tax",
          "sales-tax": "tax", "services": "services and switching", "data-act": "services and switching",
          "cra": "services and switching", "logs": "services and switching", "language": "contract"}


def record(steps, **changes):
    """A record in which all is done on 1 December and the region opened on the 14th, with changes by step."""
    rows = []
    for step in steps:
        day = "2026-12-14" if step["step"] == "go" else "2026-12-01"
        row = {"step": step["step"], "done_on": day, "by": step["owner"], "evidence": "case 1", "checked_by": "ann"}
        rows.append({**row, **changes.get(step["step"].replace("-", "_").replace(":", "_"), {})})
    return rows


class Matrix(unittest.TestCase):
    def setUp(self):
        self.matrix = {row["topic"]: row for row in launch.read(HERE / "matrix.csv")}
        self.duties = launch.read(launch.REGIONS)

    def test_it_has_a_column_for_each_region_and_no_empty_cell(self):
        for row in self.matrix.values():
            self.assertEqual({"topic"} | {duty["region"] for duty in self.duties}, set(row))
            self.assertTrue(all(row.values()), row)

    def test_each_duty_has_a_line_that_answers_for_it(self):
        for duty in self.duties:
            topic = TOPICS[duty["id"].split("-", 1)[1]]
            self.assertEqual(duty["region"].lower(), duty["id"].split("-")[0])
            self.assertFalse(self.matrix[topic][duty["region"]].startswith(("none;", "no ")), duty["id"])
            self.assertNotEqual("none", self.matrix[topic][duty["region"]], duty["id"])

    def test_hours_of_breaches_are_those_of_the_clocks(self):
        hours = {row["id"]: int(row["hours"]) for row in launch.read(REFERENCE / "clocks.csv")}
        for region, clock in (("EU", "controller-breach-eu"), ("UK", "controller-breach-uk")):
            self.assertIn(f"{hours[clock]} hours", self.matrix["breach"][region])
            self.assertIn(f"clients in {hours['processor-breach']}", self.matrix["breach"][region])
        self.assertIn(f"{hours['us-breach-owner'] // 24} days", self.matrix["breach"]["US"])
        self.assertIn(f"clients in {hours['us-breach-processor']} hours", self.matrix["breach"]["US"])

    def test_grounds_of_transfers_are_those_of_the_register(self):
        table = {row["country"]: row for row in launch.read(REFERENCE / "transfers.csv")}
        self.assertIn("module four", table["US"]["client_there"])
        self.assertIn("module four", self.matrix["transfers"]["US"])
        for region in ("BR", "CA"):
            self.assertEqual("adequacy", table[region]["from_eu"])

    def test_the_authority_at_home_is_the_organisations(self):
        name = self.matrix["authority"]["EU"].removesuffix(" as lead")
        self.assertIn(f"name: {name}\n", (REFERENCE / "organisation.yaml").read_text(encoding="utf-8"))


class Launch(unittest.TestCase):
    def setUp(self):
        self.steps = launch.steps_of("CA")

    def check_against(self, expected, **changes):
        self.assertEqual(expected, launch.against(self.steps, record(self.steps, **changes)))

    def test_a_region_has_the_common_steps_its_own_and_its_duties(self):
        names = [step["step"] for step in self.steps]
        self.assertIn("french-contract", names)
        self.assertIn("duty:ca-quebec", names)
        self.assertNotIn("abn", names)
        self.assertEqual("demand", names[0])
        self.assertEqual("look-back", names[-1])
        self.assertEqual(len(set(names)), len(names))

    def test_nothing_stands_against_it_when_all_is_done(self):
        self.check_against([])

    def test_each_step_that_blocks_is_missed_and_the_others_are_not(self):
        for step in self.steps:
            rest = [row for row in record(self.steps) if row["step"] != step["step"]]
            found = launch.against(self.steps, rest)
            self.assertEqual([f"{step['step']}: not done ({step['owner']})"] if step["blocks"] == "yes" else [], found)

    def test_a_step_needs_evidence_and_a_second_person(self):
        self.check_against(["counsel: no evidence (opinion)"], counsel={"evidence": ""})
        self.check_against(["counsel: checked by nobody else than legal"], counsel={"checked_by": "legal"})
        self.check_against(["counsel: checked by nobody else than legal"], counsel={"checked_by": ""})
        self.check_against(["counsel: not done (legal)"], counsel={"done_on": ""})

    def test_what_blocks_is_done_before_the_region_opens(self):
        self.check_against([], tax={"done_on": "2026-12-14"})
        self.check_against(["tax: done after the region was opened"], tax={"done_on": "2026-12-15"})
        self.check_against([], look_back={"done_on": "2027-03-15"})

    def test_steps_that_nobody_knows_or_that_stand_twice_are_told(self):
        rows = record(self.steps)
        self.assertEqual(["tax: stands twice"], launch.against(self.steps, rows + [r for r in rows if r["step"] == "tax"]))
        self.assertEqual(["abn: no such step"], launch.against(self.steps, rows + [{**rows[0], "step": "abn"}]))

    def test_the_printed_run_is_a_real_one_and_bad_calls_are_told(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(1, launch.main(["check", "CA", str(HERE / "launch-ca.csv")]))
            self.assertEqual((HERE / "demo.txt").read_text(), out.getvalue())
            self.assertEqual(0, launch.main(["list", "AU"]))
            for bad in ([], ["list"], ["list", "XX"], ["check", "CA"], ["check", "CA", "missing.csv"]):
                self.assertEqual(2, launch.main(bad), bad)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "record.csv")
                path.write_text("step,done_on,by,evidence,checked_by\ngo,soon,legal,x,ann\ntax,2026-12-01,a,x,b\n")
                self.assertEqual(2, launch.main(["check", "CA", str(path)]))


if __name__ == "__main__":
    unittest.main()
