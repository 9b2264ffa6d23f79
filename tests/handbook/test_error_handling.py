"""What the pages of Error Handling & Recovery share with the book, the registers and each other."""

import sys
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
AREA = ROOT / "content/error-handling-and-recovery"
sys.path.insert(0, str(AREA / "incident-response"))

import check_review


class IncidentResponse(unittest.TestCase):
    def test_actions_are_owned_by_the_owners_of_the_book(self):
        self.assertEqual(set(tomllib.loads((ROOT / "book.toml").read_text())["owners"]), check_review.OWNERS)


if __name__ == "__main__":
    unittest.main()
