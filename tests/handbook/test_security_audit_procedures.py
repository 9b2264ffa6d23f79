"""The page Security Audit Procedures: its figures and pages are those of the registers."""

import re
import tomllib
import unittest
from pathlib import Path

from tools import load_csv

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/security-and-authentication/security-audit-procedures"


class Audit(unittest.TestCase):
    def test_the_figures_in_brief_are_those_of_the_register(self):
        text = (PAGE / "index.md").read_text(encoding="utf-8")
        brief = re.search(r"exploited in (\d+) days, critical (\d+), high (\d+), medium (\d+), low (\d+)", text)
        self.assertEqual([row["days"] for row in load_csv(ROOT / "content/reference/fix-times.csv")], list(brief.groups()))

    def test_each_question_has_an_owner_and_a_page_of_the_checklist(self):
        owners = set(tomllib.loads((ROOT / "book.toml").read_text())["owners"])
        titles = re.findall(r"\*\*(.+?)\*\*:", (ROOT / "content/checklist.md").read_text(encoding="utf-8"))
        gaps = {re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") for title in titles}
        for row in load_csv(PAGE / "audit-checklist.csv"):
            self.assertIn(row["owner"], owners)
            self.assertIn(row["page"].split("/")[1], gaps)

    def test_every_page_of_the_area_is_audited(self):
        asked = {row["page"] for row in load_csv(PAGE / "audit-checklist.csv")}
        for folder in (ROOT / "content/security-and-authentication").iterdir():
            if folder.is_dir() and folder != PAGE:
                self.assertIn(f"security-and-authentication/{folder.name}", asked)


if __name__ == "__main__":
    unittest.main()
