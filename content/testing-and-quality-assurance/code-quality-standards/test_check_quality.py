"""Tests of check_quality.py."""

import contextlib
import io
import sys
import tempfile
import unittest
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from check_quality import exception_faults, length_faults, licence_faults, main, table

TODAY = date(2026, 11, 25)
VERDICTS = {row["licence"]: row["verdict"] for row in table(HERE / "licences.csv")}


class Exceptions(unittest.TestCase):
    def faults(self, **changes):
        row = {"path": "a.py", "rule": "S311", "reason": "tests", "owner": "platform", "until": "2027-01-31"}
        return list(exception_faults([{**row, **changes}], TODAY))

    def test_a_whole_one_is_fine_until_its_last_day(self):
        self.assertEqual([], self.faults())
        self.assertEqual([], self.faults(until="2026-11-25"))
        self.assertEqual(["exception ran out on 2026-11-24: a.py (platform)"], self.faults(until="2026-11-24"))

    def test_180_days_are_the_most(self):
        self.assertEqual([], self.faults(until="2027-05-24"))
        self.assertEqual(["exception longer than 180 days: a.py"], self.faults(until="2027-05-25"))

    def test_nothing_may_be_left_out(self):
        self.assertEqual(["exception without reason, owner: a.py"], self.faults(reason="", owner=""))


class Licences(unittest.TestCase):
    def fine(self, licence, use="product", approvals=()):
        row = {"name": "x", "version": "1", "licence": licence, "use": use}
        return not list(licence_faults([row], VERDICTS, approvals))

    def test_the_verdict_decides(self):
        for licence, product, tool in (("MIT", True, True), ("GPL-3.0-or-later", False, True),
                                       ("AGPL-3.0-or-later", False, False), ("BUSL-1.1", False, False),
                                       ("LGPL-3.0-or-later", False, False), ("Invented-1.0", False, False),
                                       ("", False, False), ("unknown", False, False)):
            self.assertEqual((product, tool), (self.fine(licence), self.fine(licence, "tool")), licence)

    def test_a_choice_needs_one_and_a_sum_needs_all(self):
        self.assertTrue(self.fine("AGPL-3.0-or-later OR MIT"))
        self.assertFalse(self.fine("AGPL-3.0-or-later AND MIT"))
        self.assertTrue(self.fine("(MIT AND ISC) OR BUSL-1.1"))

    def test_an_approval_holds_for_its_package_and_licence(self):
        approval = {"name": "x", "licence": "LGPL-3.0-or-later"}
        self.assertTrue(self.fine("LGPL-3.0-or-later", approvals=[approval]))
        self.assertFalse(self.fine("LGPL-3.0-or-later", approvals=[{**approval, "name": "y"}]))
        self.assertFalse(self.fine("AGPL-3.0-or-later", approvals=[{**approval, "licence": "AGPL-3.0-or-later"}]))


class Lengths(unittest.TestCase):
    def test_60_lines_are_the_most(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.py")
            for body, count in ((59, 0), (60, 1)):
                path.write_text("def f():\n" + "    x = 1\n" * body)
                self.assertEqual(count, len(list(length_faults(path))), body)


class CommandLine(unittest.TestCase):
    def run_tool(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            return main([*map(str, arguments), "--today", "2026-11-25"]), out.getvalue()

    def test_the_lists_of_the_page_pass(self):
        self.assertEqual((0, ""), self.run_tool("--exceptions", HERE / "exceptions.csv", "--dependencies",
                                                HERE / "dependencies-sample.csv", "--code", HERE / "samples"))

    def test_a_fault_is_told_and_ends_with_status_1(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "d.csv")
            path.write_text("name,version,licence,use\nmongo,8,SSPL-1.0,product\n")
            self.assertEqual((1, "licence not allowed: mongo 8: SSPL-1.0 (product)\n"),
                             self.run_tool("--dependencies", path))


if __name__ == "__main__":
    unittest.main()
