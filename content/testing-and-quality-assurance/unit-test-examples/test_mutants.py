"""The example tests notice every mutant of the page, and pass without one."""

import contextlib
import io
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import mutants


class Mutants(unittest.TestCase):
    def test_without_a_change_the_tests_pass(self):
        self.assertTrue(mutants.passes())

    def test_no_mutant_survives(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(0, mutants.main(), out.getvalue())
        self.assertEqual((HERE / "mutants.txt").read_text(encoding="utf-8"), out.getvalue())

    def test_a_mutant_that_changes_nothing_would_be_seen_to_survive(self):
        name, path, old, _ = mutants.MUTANTS[0]
        self.assertTrue(mutants.passes(name, path, old, old))


if __name__ == "__main__":
    unittest.main()
