"""Tests of check_docs.py and check_style.py: the samples say what the table says, and each rule at both ends."""

import contextlib
import csv
import io
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check_docs
import check_style
from check_docs import api_faults, code_faults
from check_style import page_faults, words


def said(module, *arguments):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = module.main([str(argument) for argument in arguments])
    return status, out.getvalue()


class Samples(unittest.TestCase):
    def expected(self, name):
        with open(HERE / "samples/expected.csv", encoding="utf-8", newline="") as file:
            return sorted((row["line"], row["rule"]) for row in csv.DictReader(file) if row["file"] == name)

    def test_the_bad_ones_say_what_the_table_says(self):
        for module, name, *more in ((check_docs, "bad.py", "--run"), (check_style, "bad.txt")):
            status, out = said(module, HERE / "samples" / name, *more)
            self.assertEqual(1, status)
            self.assertEqual(self.expected(name), sorted(re.findall(r":(\d+): ([A-Z]\d) ", out)), out)

    def test_the_good_ones_say_nothing(self):
        self.assertEqual((0, ""), said(check_docs, HERE / "samples/good.py", "--run"))
        self.assertEqual((0, ""), said(check_style, HERE / "samples/good.txt"))


class Docstrings(unittest.TestCase):
    def check(self, code, *rules):
        found = list(code_faults("x.py", '"""A module."""\n' + code))
        self.assertEqual(list(rules), [fault.split()[1] for fault in found], found)

    def test_only_public_names_need_one(self):
        self.check("def _f():\n    return 1\n")
        self.check("class _C:\n    def f(self):\n        return 1\n")
        self.check("def f():\n    return 1\n", "D2")
        self.check("class C:\n    '''A thing.'''\n    def f(self):\n        return 1\n    def __len__(self):\n        return 1\n", "D2")
        self.check("def f():\n    '''A thing.'''\n    def g():\n        return 1\n    return g\n")
        self.check("async def f():\n    return 1\n", "D2")

    def test_the_first_paragraph_is_a_sentence(self):
        for doc, rules in (("A thing.", ()), ("A thing: this one. And more", ()), ("A thing over\n    two lines.", ()),
                           ("a thing.", ("D3",)), ("A thing", ("D3",)), ("A thing\n\n    With more.", ("D3",)),
                           ("This function gives it.", ("D3",)), ("`x` as it is.", ())):
            self.check(f"def f():\n    '''{doc}'''\n", *rules)

    def test_errors_are_named(self):
        self.check("def f():\n    '''A thing.'''\n    raise ValueError\n", "D4")
        self.check("def f():\n    '''A thing. Raises `ValueError`.'''\n    raise ValueError(1)\n")
        self.check("def f():\n    '''A thing.'''\n    raise errors.Missing(1)\n", "D4")
        self.check("def f():\n    '''A thing.'''\n    try:\n        g()\n    except OSError as error:\n        raise error\n")
        self.check("def f():\n    '''A thing.'''\n    raise AssertionError('we are wrong')\n")

    def test_numbers_have_a_unit(self):
        self.check("def f(wait: float):\n    '''A thing.'''\n", "D5")
        self.check("def f(*, wait: int):\n    '''A thing.'''\n", "D5")
        for name in ("wait_s", "price_minor", "days", "retry_count"):
            self.check(f"def f({name}: int):\n    '''A thing.'''\n")
        self.check("def f(wait: float):\n    '''A thing, after `wait` seconds.'''\n")
        self.check("def f(name: str):\n    '''A thing.'''\n")
        self.check("def f(waits: int):\n    '''A thing, after `wait` seconds.'''\n", "D5")

    def test_a_module_says_what_it_is_for(self):
        self.assertEqual(1, len(list(code_faults("x.py", "X = 1\n"))))


class Api(unittest.TestCase):
    GOOD = {"operationId": "listThings", "summary": "Things, newest first",
            "parameters": [{"in": "query", "name": "limit", "description": "How many"}, {"in": "path", "name": "id"}]}

    def check(self, change, *rules):
        found = list(api_faults({"paths": {"/v1/things": {"get": {**self.GOOD, **change}, "parameters": []}}}))
        self.assertEqual(list(rules), [fault.split(": ")[1].split()[0] for fault in found], found)

    def test_each_operation_says_what_it_is(self):
        self.check({})
        self.check({"operationId": ""}, "A1")
        for summary in ("", "things", "Things.", "T" * 61):
            self.check({"summary": summary}, "A2")
        self.check({"summary": "T" * 60})
        self.check({"parameters": [{"in": "query", "name": "limit"}]}, "A3")
        self.check({"parameters": [{"in": "header", "name": "X"}, {"$ref": "#/components/parameters/Limit"}]}, "A3")

    def test_shared_parameters_too(self):
        document = {"paths": {}, "components": {"parameters": {"Limit": {"in": "query", "name": "limit"}}}}
        self.assertEqual(1, len(list(api_faults(document))))

    def test_our_own_document_passes(self):
        self.assertEqual((0, ""), said(check_docs, "--openapi", HERE.parents[1] / "reference/openapi.yaml"))

    def test_the_library_that_clients_read_passes(self):
        library = HERE.parents[1] / "api-documentation/sdk-documentation/harbourline.py"
        self.assertEqual((0, ""), said(check_docs, library))


class Style(unittest.TestCase):
    def check(self, text, *rules):
        found = [fault for _, fault in page_faults(text, words())]
        self.assertEqual(list(rules), [fault.split()[0] for fault in found], found)

    def test_words(self):
        self.check("Simply open it.", "S1")
        self.check("It is simplya name, and over-simply too.")
        self.check("A `simply` in code, and\n\n```text\nsimply\n```\n")
        self.check("See [it](simply.md) in the list.")

    def test_headings(self):
        self.check("# Git Branching Strategy\n")
        self.check("## Git Branching\n", "S2")
        self.check("## Make a change\n## What PostgreSQL does\n## On Debian 12\n## 1. Pure code\n")
        self.check("## Make a change:\n", "S2")

    def test_sentences(self):
        self.check("word " * 39 + "end.")
        self.check("word " * 40 + "end.", "S3")
        self.check("word " * 30 + "end; " + "word " * 30 + "end.")

    def test_links_dates_and_shouts(self):
        self.check("Read [this page](x.md) now.", "S4")
        self.check("Read [this page of ours](x.md) now.")
        self.check("On 26/11/2026 and not on 2026-11-26.", "S5")
        self.check("On November 26, 2026 it ends.", "S5")
        self.check("It works! At last.", "S6")
        self.check("a != b")

    def test_the_number_of_a_line_is_that_of_the_file(self):
        text = "---\nowner: x\n---\n\n```sh\nsimply\n```\n\nSimply.\n"
        self.assertEqual([9], [number for number, _ in page_faults(text, words())])

    def test_the_pages_of_this_area_pass(self):
        pages = sorted(HERE.parent.glob("*/index.md")) + [HERE.parent / "index.md"]
        self.assertEqual((0, ""), said(check_style, *[page for page in pages if page.exists()]))


class Templates(unittest.TestCase):
    SECTIONS = ["At a glance", "Why it matters", "Guidance", "Procedure", "Example", "Acceptance criteria", "References"]

    def test_the_page_has_the_sections_of_guidance_in_order(self):
        text = (HERE / "page-template.txt").read_text(encoding="utf-8")
        self.assertEqual([*self.SECTIONS, "Related gaps"], re.findall(r"^## (.+)$", text, re.M))

    def test_a_decision_says_what_was_left(self):
        text = (HERE / "decision-template.txt").read_text(encoding="utf-8")
        self.assertEqual(4, len(re.findall(r"^## .+$", text, re.M)))
        self.assertIn("## What we left, and why", text)


if __name__ == "__main__":
    unittest.main()
