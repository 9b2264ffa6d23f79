"""The terms answer each duty, hold no figure of their own and no field that nobody knows."""

import csv
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "privacy-policy"))

import coverage

REFERENCE = HERE.parents[1] / "reference"  # terms.csv data-classes.csv organisation.yaml
PAGE = (HERE / "index.md").read_text(encoding="utf-8")
TEXT = PAGE.split("\n## Template\n")[1].split("\n## How to fill it\n")[0]
TABLE = coverage.read(HERE / "coverage.csv")
REQUIRED = {("Data Act", f"25(2)({letter})") for letter in "abcdefghi"} | {
    ("Data Act", article) for article in ("25(2)(a)(i)", "25(2)(a)(ii)", "25(2)(a)(iii)", "25(2)(a)(iv)", "25(3)",
                                          "25(4)", "25(5)", "26", "28", "29(4)", "30(5)")} | {
    ("Handbook", part) for part in ("acceptable use", "suspension", "liability", "governing law", "change notice")}
# Figures that a law sets, or that bind ourselves alone and nowhere else.
OWN = {"14 working days"}


def fields(text):
    """The directives of a text: `var domain`, `value terms.csv cure.text`."""
    return {" ".join(name.replace("../../reference/", "").split())
            for name in re.findall(r"\{\{#((?:var|value) [^}]+)\}\}", text)}


class Text(unittest.TestCase):
    def test_each_duty_has_a_clause_that_says_it(self):
        self.assertEqual([], coverage.faults(PAGE, TABLE, REQUIRED))

    def test_each_clause_whose_words_are_taken_out_is_missed(self):
        text = coverage.sections(PAGE)
        for row in TABLE:
            body = " ".join(text[row["section"]].split()).replace(row["words"], "")
            page = "## Template\n" + "".join(f"### {name}\n{part}\n" for name, part in
                                             {**text, row["section"]: body}.items())
            self.assertIn(row["article"], " ".join(coverage.faults(page, TABLE)), row)

    def test_nothing_is_left_to_fill_in_by_hand(self):
        self.assertEqual([], re.findall(r"\[[A-Z][^\]]*\](?!\()|\bTBD\b|\bXX+\b|_{3,}", TEXT))
        self.assertEqual([], re.findall(r"\{\{(?!#(?:var|value) )", TEXT))

    def test_each_field_is_in_the_table_and_each_of_the_table_is_used(self):
        with open(HERE / "fields.csv", encoding="utf-8", newline="") as file:
            listed = [row["field"] for row in csv.DictReader(file)]
        self.assertEqual(sorted(listed), listed)
        self.assertEqual(fields(TEXT), set(listed))

    def test_each_value_stands_in_its_register(self):
        for field in fields(TEXT):
            if field.startswith("value") and ".csv" in field:
                _, name, path = field.split()
                row, column = path.split(".")
                table = {next(iter(entry.values())): entry for entry in coverage.read(REFERENCE / name)}
                self.assertTrue(table[row][column], field)

    def test_no_figure_is_typed_in(self):
        figures = re.findall(r"\b\d[\d,]* (?:working |calendar )?(?:days?|hours?|months?|years?|per cent)\b|EUR [\d,]+", TEXT)
        self.assertEqual([], [figure for figure in figures if figure not in OWN])

    def test_clauses_are_numbered_in_order_and_references_lead_somewhere(self):
        numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", TEXT, re.M)]
        self.assertEqual(list(range(1, len(numbers) + 1)), numbers)
        clauses = set(re.findall(r"^(\d+\.\d+) ", TEXT, re.M)) | set(map(str, numbers))
        for number in re.findall(r"[Cc]lauses? (\d+(?:\.\d+)?)|\((\d+\.\d+)\)|from (\d+\.\d+)", PAGE):
            self.assertIn("".join(number), clauses)


if __name__ == "__main__":
    unittest.main()
