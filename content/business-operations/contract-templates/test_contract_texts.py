"""What contract_texts.py must find: each change for the worse of the texts is told. And filled texts have nothing open."""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import contract_texts as contract


class Contracts(unittest.TestCase):
    def setUp(self):
        self.texts = contract.texts()
        self.fields, self.table = contract.rows(HERE / "fields.csv"), contract.rows(HERE / "data-act.csv")

    def faults(self, document="agreement", old=None, new=None):
        texts = dict(self.texts)
        if old:
            self.assertIn(old, texts[document])
            texts[document] = texts[document].replace(old, new, 1)
        return contract.faults_of(texts, self.fields, self.table)

    def test_the_texts_have_no_fault(self):
        self.assertEqual([], self.faults())

    def test_each_fault_is_told(self):
        for document, old, new, expected in (
            ("agreement", "[Client address]", "[Client adress]", "blank not in fields.csv: [Client adress]"),
            ("agreement", "[Client address]", "1 Street", "field that no blank uses: Client address"),
            ("sow", "[Purpose in one sentence]", "[purpose]", "blank not in fields.csv: [purpose]"),
            ("agreement", "### 5. Service levels", "### 6. Service levels", "headings are numbered"),
            ("agreement", "\n10.3 For breaches", "\nFor breaches", "clause 10 has the paragraphs [1, 2, 4, 5, 6]"),
            ("agreement", "Subject to clause 10.1, neither", "Subject to clause 10.9, neither", "no clause 10.9"),
            ("agreement", "\n12.8 If a prepaid", "\nIf a prepaid", "no clause 12.8"),
            ("agreement", "as Schedule 4 says", "as Schedule 7 says", "no Schedule 7"),
            ("sow", "Clause 11.4 of the Agreement", "Clause 16.4 of the Agreement", "no clause 16.4"),
            ("sow", "is a change (clause 7)", "is a change (clause 17)", "no clause 17"),
            ("agreement", "2.4 The Provider may use subcontractors", "2.4 If so, the Supplier may use subcontractors",
             "word that isn't defined: Supplier"),
            ("agreement", "The Client keeps all rights", "As before, the Customer keeps all rights", "word that isn't defined: Customer"),
            ("agreement", "- **User** is a person", "- **Sandbox** is a test.\n- **User** is a person", "defined and not used: Sandbox"),
            ("agreement", "9.2 Each Party", "9.2 TODO Each Party", "unfinished: TODO"),
            ("agreement", "\n12.3 If the", "\nIf the", "article 25(4): no 12.3"),
            ("agreement", "### Schedule 4", "### Schedule 5", "article 25(2)(e): no Schedule 4"),
        ):
            with self.subTest(old=old):
                self.assertTrue(any(expected in fault for fault in self.faults(document, old, new)), expected)

    def test_an_article_without_an_answer_is_told(self):
        for article in ("25(2)(g)", "28", "31(3)"):
            table = [row for row in self.table if row["article"] != article]
            self.assertIn(f"article {article} isn't answered", contract.check_data_act(table, self.texts["agreement"]))
        table = [{**row, "answered by": "somewhere"} for row in self.table]
        self.assertIn("article 27 names no clause", contract.check_data_act(table, self.texts["agreement"]))


class Filling(unittest.TestCase):
    def test_a_blank_and_a_value_too_many_are_refused(self):
        self.assertEqual("for Example Ltd", contract.fill("for [Client name]", {"Client name": "Example Ltd"}))
        for values, expected in (({}, "open blanks: Client name"), ({"Client name": " "}, "open blanks"),
                                 ({"Client name": "x", "Plan": "team"}, "no blank takes: Plan")):
            with self.assertRaisesRegex(ValueError, expected):
                contract.fill("for [Client name]", values)

    def test_links_and_numbers_in_brackets_are_no_blanks(self):
        self.assertEqual([], contract.BLANK.findall("[a link](page.md) and [another][ref]"))

    def test_every_directive_is_one_that_filling_knows(self):
        for text in contract.texts().values():
            for kind, _ in contract.DIRECTIVE.findall(text):
                self.assertIn(kind, {"var", "value", "include", "table"})
            self.assertEqual(text.count("{{"), len(contract.DIRECTIVE.findall(text)))


class Registers(unittest.TestCase):
    def test_positions_speak_of_clauses_that_exist(self):
        known = set(contract.clauses(contract.texts()["agreement"])) | {"Schedule 2"}
        for row in contract.rows(HERE / "positions.csv"):
            self.assertIn(row["clause"], known)

    def test_a_field_is_listed_once_for_a_document(self):
        seen = [(row["document"], row["blank"]) for row in contract.rows(HERE / "fields.csv")]
        self.assertEqual(sorted(set(seen)), sorted(seen))
        self.assertFalse({blank for document, blank in seen if document == "both"} & {blank for document, blank in seen if document != "both"})

    def test_who_promises_a_term_has_it_in_the_register(self):
        used = set(re.findall(r"terms\.csv ([a-z-]+)\.", "".join(contract.texts().values())))
        self.assertLessEqual({"payment", "cure", "liability-cap", "liability-floor", "retrieval", "acceptance", "warranty"}, used)


if __name__ == "__main__":
    unittest.main()
