"""Tests of check_review.py, of the example and of the messages."""

import contextlib
import io
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from check_review import SECTIONS, STAMPS, faults, main

EXAMPLE = (HERE / "review-example.txt").read_text(encoding="utf-8")
TEMPLATE = (HERE / "review-template.txt").read_text(encoding="utf-8")
MESSAGES = (HERE / "messages.txt").read_text(encoding="utf-8")


class Review(unittest.TestCase):
    def assert_fault(self, words, old, new):
        changed = EXAMPLE.replace(old, new)
        self.assertNotEqual(EXAMPLE, changed, old)
        self.assertTrue([fault for fault in faults(changed) if words in fault], list(faults(changed)))

    def test_the_example_is_whole(self):
        self.assertEqual([], list(faults(EXAMPLE)))

    def test_each_section_is_asked_for(self):
        for name in SECTIONS:
            self.assert_fault(f"section missing or empty: {name}", f"## {name}\n", f"## No {name}\n")

    def test_each_fault_is_found(self):
        for words, old, new in [
            ("severity", "Severity: SEV2", "Severity: SEV9"),
            ("blank left", "11,400 events", "[number] events"),
            ("blank left", "None was lost.", "[figures\nlater]"),
            ("words that blame", "because the rule", "by human error, because the rule"),
            ("words that blame", "The review had", "A negligent review had"),
            ("not a time", "Detected: 2026-10-13T07:31+00:00", "Detected: 07:31"),
            ("out of order: Began", "Mitigated: 2026-10-13T08:20", "Mitigated: 2026-10-13T07:20"),
            ("a line without a time", "- 2026-10-13T08:20+00:00 Rolled", "- Rolled"),
            ("timeline: out of order", "T07:36+00:00 Severity", "T08:36+00:00 Severity"),
            ("without owner, day or effect", "(owner: platform, by: 2026-10-20, prevents)", "(soon)"),
            ("without owner, day or effect", "by: 2026-10-20", "by: next week"),
            ("unknown owner", "owner: platform, by: 2026-10-20", "owner: bob, by: 2026-10-20"),
            ("later than 90 days", "by: 2026-10-20", "by: 2027-01-12"),
            ("later than 90 days", "by: 2026-10-20", "by: 2026-10-12"),
        ]:
            with self.subTest(new):
                self.assert_fault(words, old, new)

    def test_90_days_are_allowed(self):
        self.assertEqual([], list(faults(EXAMPLE.replace("by: 2026-10-20", "by: 2027-01-11"))))

    def test_an_action_must_prevent_or_detect(self):
        changed = EXAMPLE.replace(", prevents)", ", shortens)").replace(", detects)", ", shortens)")
        self.assertEqual(["no action prevents or detects a repetition"], list(faults(changed)))

    def test_the_template_has_every_part_and_is_never_taken_for_filled(self):
        for name in SECTIONS:
            self.assertIn(f"\n## {name}\n", TEMPLATE)
        for name in STAMPS:
            self.assertRegex(TEMPLATE, rf"(?m)^{name}: \[")
        left = [fault for fault in faults(TEMPLATE) if fault.startswith("blank left")]
        self.assertGreaterEqual(len(left), 14)

    def test_the_exit_status_says_whether_it_is_whole(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(0, main([HERE / "review-example.txt"]))
            self.assertEqual("", out.getvalue())
            self.assertEqual(1, main([HERE / "review-template.txt"]))


class Messages(unittest.TestCase):
    def part(self, name):
        return re.search(rf"ANCHOR: {name}\n(.+?)ANCHOR_END: {name}\n", MESSAGES, re.S)[1]

    def test_each_public_message_has_a_time_and_says_when_the_next_one_comes(self):
        for name in ("investigating", "update"):
            self.assertIn("Next update by [time UTC]", self.part(name))
        self.assertIn("since [time UTC]", self.part("resolved"))

    def test_the_notice_has_what_article_33_3_asks_for(self):
        notice = self.part("breach")
        for item in ("[nature of the breach", "[categories of people]", "[number of people]", "[categories of data]",
                     "[number of records]", "[name and telephone]", "[what could happen", "[measures taken and proposed"):
            self.assertIn(item, notice)

    def test_every_blank_is_explained(self):
        blanks = set(re.findall(r"\[[^\]]+\]", MESSAGES.replace("\n   ", " ")))
        fields = set((HERE / "fields.csv").read_text(encoding="utf-8").splitlines()[1:])
        self.assertEqual(blanks, {re.match(r'"?(\[[^\]]+\])"?,', line)[1] for line in fields})


if __name__ == "__main__":
    unittest.main()
