"""The guide for whoever takes the handbook over lists all that it has to go through."""

import re
import tomllib
import unittest

from tools import ROOT

GUIDE = (ROOT / "content/about/adopting.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`[^|]+`) \|", GUIDE, re.MULTILINE)
LISTED = re.findall(r"`([^`]+)`", " ".join(ROWS))


class Adopting(unittest.TestCase):
    def test_each_variable_is_listed_once_and_is_there(self):
        variables = tomllib.loads((ROOT / "book.toml").read_text(encoding="utf-8"))["variables"]
        listed = [name for name in LISTED if "." not in name]
        self.assertEqual(sorted(listed), sorted(variables))

    def test_each_register_is_listed_once_and_is_there(self):
        registers = (path.name for path in (ROOT / "content/reference").iterdir() if path.is_file())
        registers = [name for name in registers if not name.endswith((".reviews.yaml", ".md"))]
        self.assertEqual(sorted(name for name in LISTED if "." in name), sorted(registers))


if __name__ == "__main__":
    unittest.main()
