"""Tests of codeowners.py and check_change.py: what the page shows passes, each change for the worse is told."""

import contextlib
import io
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check_change
import codeowners
from check_change import assistant_faults, sections, size_faults, text_faults
from codeowners import check, missing, owners_file, read, reviewers, row_of

ROWS = read()
KNOWN = {"platform", "security", "product", "finance", "legal", "marketing", "support"}
FILE = (HERE / "CODEOWNERS").read_text(encoding="utf-8")
TEMPLATE = (HERE / "pull-request-template.txt").read_text(encoding="utf-8")
TEXT = (HERE / "pull-request.txt").read_text(encoding="utf-8")
GROUPS = {"platform": {"eve", "ada", "bob"}, "security": {"gus", "ivy"}, "product": {"pat"}, "finance": {"fin"},
          "legal": {"lea"}, "marketing": {"mia"}}


class Owners(unittest.TestCase):
    def check(self, text, *words):
        found = list(check(text, ROWS, KNOWN))
        for word in words:
            self.assertTrue([fault for fault in found if word in fault], (word, found))
        self.assertTrue(found or not words)
        return found

    def test_the_file_is_the_one_that_the_list_makes(self):
        self.assertEqual([], self.check(FILE))
        self.assertEqual(FILE, "".join(line + "\n" for line in owners_file(ROWS)))

    def test_each_change_for_the_worse_is_told(self):
        for old, new, word in (
            ("/lib/crypto/      ", "/lib/             ", "differs"),
            (" @harbourline/platform @harbourline/security\n/webhooks", "\n/webhooks", "without an owner"),
            ("@harbourline/legal", "@lea", "isn't a group"),
            ("@harbourline/legal", "@harbourline/lawyers", "isn't a group"),
            ("/ruff.toml", "ruff.toml", "a path from the root"),
            ("/ruff.toml", "/*.toml", "a path from the root"),
            ("/portal/auth/    ", "/portal/billing/a", "only one of the two would count"),
            ("/ruff.toml", "/tools/", "only one of the two would count"),
            ("/web/", "/portal/", "/portal/auth/: lies in /portal/"),
        ):
            with self.subTest(new):
                changed = FILE.replace(old, new, 1)
                self.assertNotEqual(FILE, changed)
                self.check(changed, word)
        self.check("\n".join(line for line in FILE.splitlines() if not line.startswith("*")), "the first line is *")
        self.check(FILE + "* @harbourline/platform\n", "differs")

    def test_a_path_belongs_to_the_last_line_that_matches(self):
        for path, pattern in (("readme.txt", "*"), ("api/x.py", "/api/"), ("lib/api/x.py", "*"), ("apix/y.py", "*"),
                              ("ruff.toml", "/ruff.toml"), ("lib/ruff.toml", "*"), (".github/CODEOWNERS", "/.github/")):
            self.assertEqual(pattern, row_of(ROWS, path)["path"], path)


class Approvals(unittest.TestCase):
    def check(self, paths, author, approved, *expected):
        self.assertEqual(list(expected), list(missing(ROWS, paths.split(), author, approved.split(), GROUPS)))

    def test_one_of_platform_and_never_the_author(self):
        self.check("worker/a.py", "eve", "ada")
        self.check("worker/a.py", "eve", "eve", "*: one of platform")
        self.check("worker/a.py", "eve", "gus", "*: one of platform")
        self.check("worker/a.py", "eve", "", "*: one of platform")

    def test_each_owner_where_it_hurts(self):
        self.check("portal/auth/session.py", "eve", "ada gus")
        self.check("portal/auth/session.py", "eve", "ada bob", "/portal/auth/: 1 of security")
        self.check("portal/auth/session.py", "eve", "gus ivy", "/portal/auth/: 1 of platform")
        self.check("portal/auth/session.py", "gus", "ada", "/portal/auth/: 1 of security")
        self.check("portal/auth/session.py", "gus", "ada gus", "/portal/auth/: 1 of security")

    def test_two_of_platform_for_a_migration(self):
        self.check("migrations/0006_expand_x.up.sql", "eve", "ada bob")
        self.check("migrations/0006_expand_x.up.sql", "eve", "ada eve", "/migrations/: 2 of platform")

    def test_any_of_two_owners_of_the_flags(self):
        self.check("config/flags.json", "eve", "pat")
        self.check("config/flags.json", "eve", "ada")
        self.check("config/flags.json", "eve", "gus", "/config/flags.json: one of platform or product")

    def test_a_change_of_two_places_needs_both(self):
        self.check("api/a.py db/roles.sql", "eve", "ada pat", "/db/: 1 of security")
        self.check("api/a.py db/roles.sql", "eve", "ada pat gus")

    def test_the_forge_is_told_the_same_numbers(self):
        told = {(rule["file_patterns"][0], rule["reviewer"]["id"]): rule["minimum_approvals"] for rule in reviewers(ROWS)}
        self.assertEqual(1, told["/portal/auth/", "security"])
        self.assertEqual(2, told["/migrations/", "platform"])
        self.assertNotIn(("*", "platform"), told)
        self.assertNotIn(("/config/flags.json", "product"), told)


class Text(unittest.TestCase):
    def check(self, old, new, *words):
        changed = TEXT.replace(old, new, 1)
        self.assertTrue(old == new or changed != TEXT)
        found = list(text_faults(changed, TEMPLATE, {"ai-assistant"}))
        self.assertEqual(len(words), len(found), found)
        for word, fault in zip(words, found):
            self.assertIn(word, fault)

    def test_the_sample_passes_and_the_empty_template_does_not(self):
        self.check("", "")
        found = list(text_faults(TEMPLATE, TEMPLATE, set()))
        self.assertEqual(len(sections(TEMPLATE)), len([fault for fault in found if fault.endswith("is empty")]))
        self.assertEqual(5, len([fault for fault in found if fault.startswith("open")]))

    def test_what_is_missing_is_told(self):
        self.check("## Way back", "## Back", "Way back is gone")
        self.check("Flag `release.export-files`, off; nothing in the database changes.", "<!-- later -->", "Way back is empty")
        self.check("Ticket: T-482", "Ticket: 482", "the ticket is T-")
        self.check("Ticket: T-482", "Ticket: none: a typo")
        self.check("Ticket: T-482", "Ticket: none:", "the ticket is T-")
        self.check("- [x] A test fails", "- [ ] A test fails", "open, without")
        self.check(" n/a: the schema stays", "", "open, without")

    def test_an_assistant_is_one_of_the_register_and_says_what_it_wrote(self):
        for answer, word in (("none", None), ("ai-assistant: tests", None), ("ai-assistant:", "say what"),
                             ("another: tests", "isn't an assistant"), ("ai-new", "isn't an assistant")):
            found = list(assistant_faults(answer, {"ai-assistant"}))
            self.assertEqual(word is not None, bool(found), answer)
            self.assertTrue(word is None or word in found[0], found)


class Size(unittest.TestCase):
    def test_400_lines_to_read_and_no_more_without_a_reason(self):
        self.assertEqual([], list(size_faults("300\t100\ta.py", "")))
        self.assertIn("401 lines", next(size_faults("300\t101\ta.py", "")))
        self.assertIn("401 lines", next(size_faults("300\t0\ta.py\n1\t100\tb.py", "")))
        self.assertEqual([], list(size_faults("300\t101\ta.py", "x\nSize: one rename\n")))
        self.assertEqual(1, len(list(size_faults("300\t101\ta.py", "Size: "))))

    def test_what_programs_write_and_pictures_do_not_count(self):
        self.assertEqual([], list(size_faults("9000\t9000\trequirements.lock\n-\t-\ta.png", "")))


class CommandLine(unittest.TestCase):
    def run_it(self, module, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = module.main(list(map(str, arguments)))
        return status, out.getvalue()

    def test_the_files_of_the_page_pass(self):
        providers = HERE.parents[1] / "reference/providers.csv"
        self.assertEqual((0, ""), self.run_it(check_change, HERE / "pull-request.txt", "--numstat", HERE / "numstat.txt",
                                              "--providers", providers))
        self.assertEqual((0, ""), self.run_it(codeowners, "check", HERE / "CODEOWNERS"))
        self.assertEqual((0, FILE), self.run_it(codeowners, "owners"))

    def test_who_says_it_in_words(self):
        said = self.run_it(codeowners, "who", "db/roles.sql")[1]
        self.assertIn("db/roles.sql: each of platform and security.", said)


if __name__ == "__main__":
    unittest.main()
