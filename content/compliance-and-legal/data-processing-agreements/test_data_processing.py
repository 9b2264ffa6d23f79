"""The agreement has each clause that the law asks for, and its annexes are what the registers say."""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "privacy-policy"))

import coverage

REFERENCE = HERE.parents[1] / "reference"  # providers.csv data-classes.csv terms.csv clocks.csv transfers.csv organisation.yaml
PAGE = (HERE / "index.md").read_text(encoding="utf-8")
TEXT = PAGE.split("\n## Template\n")[1].split("\n## How to fill it\n")[0]
TABLE = coverage.read(HERE / "coverage.csv")
REQUIRED = ({("GDPR", f"28(3)({letter})") for letter in "abcdefgh"} | {("GDPR", f"30(2)({letter})") for letter in "abcd"}
            | {("GDPR", article) for article in ("28(3)", "28(3) type", "28(3)(a) law", "28(3) last", "28(2)", "28(4)",
                                                 "28(9)", "29", "33(2)", "33(3)", "44", "46(2)(c)")}
            | {("CCPA", "1798.100(d)"), ("CCPA", "1798.140(ag)")})
# What a law sets, or what binds ourselves alone and stands in no other text.
OWN = {"10 working days", "five business days"}


def rows(name):
    return {next(iter(row.values())): row for row in coverage.read(name)}


class Clauses(unittest.TestCase):
    def test_each_duty_has_a_clause_that_says_it(self):
        self.assertEqual([], coverage.faults(PAGE, TABLE, REQUIRED))

    def test_each_clause_whose_words_are_taken_out_is_missed(self):
        text = coverage.sections(PAGE)
        for row in TABLE:
            body = " ".join(text[row["section"]].split()).replace(row["words"], "")
            page = "## Template\n" + "".join(f"### {name}\n{part}\n" for name, part in
                                             {**text, row["section"]: body}.items())
            self.assertIn(row["article"], " ".join(coverage.faults(page, TABLE)), row)

    def test_no_figure_is_typed_in(self):
        figures = re.findall(r"\b(?:\d[\d,]*|two|three|five|ten) (?:working |business )?(?:days?|hours?|months?|per cent)\b"
                             r"|EUR [\d,]+", TEXT)
        self.assertEqual([], [figure for figure in figures if figure not in OWN])

    def test_clauses_are_numbered_in_order_and_references_lead_somewhere(self):
        numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", TEXT, re.M)]
        self.assertEqual(list(range(1, len(numbers) + 1)), numbers)
        self.assertEqual(list("12345"), re.findall(r"^### Annex (\d): ", TEXT, re.M))
        known = set(re.findall(r"^(\d+\.\d+) ", TEXT, re.M)) | set(map(str, numbers))
        for number in re.findall(r"(?<!terms of service, )\bclause (\d+(?:\.\d+)?)(?! of the terms)\b", TEXT):
            self.assertIn(number, known)
        self.assertLessEqual(set(re.findall(r"Annex(?:es)? (\d)\b", TEXT)), set("12345"))

    def test_blanks_are_those_of_the_list(self):
        used = set(re.findall(r"\[[A-Z][^\]]*\](?!\()", TEXT + (HERE / "subprocessors.csv").read_text(encoding="utf-8")))
        self.assertEqual(set(rows(HERE / "fields.csv")), used)

    def test_values_stand_in_their_registers(self):
        for name, key in re.findall(r"\{\{#value ../../reference/(\S+\.csv) (\S+)\}\}", TEXT):
            row, column = key.split(".")
            self.assertTrue(rows(REFERENCE / name)[row][column], key)


class Annexes(unittest.TestCase):
    def setUp(self):
        self.classes = rows(REFERENCE / "data-classes.csv")
        self.clients = {name for name, row in self.classes.items() if row["basis"].startswith("GDPR art. 28")}

    def test_what_is_a_clients_is_known(self):
        self.assertEqual({"export", "project"}, self.clients)
        where = re.search(r'where="basis=([^"]+)"', TEXT)[1]
        self.assertEqual(self.clients, {name for name, row in self.classes.items() if row["basis"] == where})

    def test_each_provider_with_a_clients_data_is_named_and_no_other(self):
        carriers = self.clients | {"technical"}  # the outbox and the context of errors hold parts of it
        providers = rows(REFERENCE / "providers.csv")
        expected = {name for name, row in providers.items() if carriers & set(row["data_classes"].split(";"))}
        named = rows(HERE / "subprocessors.csv")
        self.assertEqual(expected, set(named))
        for name, row in named.items():
            self.assertEqual((providers[name]["region"], providers[name]["transfer"]), (row["region"], row["transfer"]))
            self.assertEqual(providers[name]["purpose"], row["what"])

    def test_data_stays_in_the_union_as_the_agreement_says(self):
        for name, row in rows(HERE / "subprocessors.csv").items():
            self.assertEqual(("EU", "none"), (row["region"], row["transfer"]), name)

    def test_measures_cover_each_point_of_article_32(self):
        measures = coverage.read(HERE / "measures.csv")
        self.assertEqual({f"32(1)({letter})" for letter in "abcd"}, {row["article"] for row in measures})
        for row in measures:
            self.assertRegex(row["page"], r"\A[a-z-]+/[a-z-]+\Z")

    def test_transfers_name_a_ground_for_each_country_and_the_decision_of_an_adequacy(self):
        table = rows(REFERENCE / "transfers.csv")
        self.assertEqual(sorted(table), list(table))
        for name, row in table.items():
            self.assertEqual("adequacy" in row["from_eu"], row["decision"] != "none", name)
            if row["from_eu"] == "adequacy":
                self.assertEqual("none needed", row["client_there"], name)

    def test_the_standard_clauses_have_the_notice_of_the_agreement(self):
        self.assertIn("option 2, general authorisation, {{#value ../../reference/terms.csv subprocessor-notice.text}}", TEXT)


if __name__ == "__main__":
    unittest.main()
