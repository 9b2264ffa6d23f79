"""The audit of dependencies: scores of the specification, spans, dates, exceptions, and input that can't be judged."""

import csv
import io
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import dependency_audit as audit
from dependency_audit import Unclear

HERE = Path(__file__).parent
TODAY = date(2026, 11, 25)
WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def advisory(*events, name="quay-http", severity=WORST, published="2026-11-20T00:00:00Z", **more):
    scores = [{"type": "CVSS_V3", "score": severity}] if severity else []
    return {"id": "X-1", "published": published, "severity": scores, **more, "affected": [
        {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}]}


def run(*arguments):
    out = io.StringIO()
    with redirect_stdout(out):
        return audit.main([str(argument) for argument in arguments]), out.getvalue()


class Score(unittest.TestCase):
    def test_published_vectors_have_their_published_scores(self):
        # As advisories with these vectors publish them.
        for vector, points in (
            (WORST, 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
            ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
            ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ):
            self.assertEqual(points, audit.score(vector), vector)

    def test_bands_begin_where_the_specification_says(self):
        for points, name in ((9.0, "critical"), (8.9, "high"), (7.0, "high"), (6.9, "medium"), (4.0, "medium"), (3.9, "low")):
            self.assertEqual(name, audit.band(points, False))
        self.assertEqual("exploited", audit.band(3.9, True))

    def test_an_unknown_vector_is_not_guessed(self):
        for vector in ("CVSS:4.0/AV:N", "CVSS:3.1/AV:N/AC:L", "high"):
            with self.assertRaises(Unclear):
                audit.score(vector)


class Affected(unittest.TestCase):
    def check(self, version, *events):
        return audit.affected(version, advisory(*events), "quay-http")

    def test_a_span_begins_with_introduced_and_ends_before_fixed(self):
        span = ({"introduced": "2.0.0"}, {"fixed": "2.4.2"})
        for version, hit in (("1.9.9", False), ("2.0", True), ("2.4.1", True), ("2.4.2", False), ("2.10.0", False)):
            self.assertEqual(hit, self.check(version, *span)[0], version)
        self.assertEqual((True, "2.4.2"), self.check("2.4.1", *span))

    def test_without_a_fix_everything_from_the_start_is_hit(self):
        self.assertEqual((True, "none"), self.check("9.9", {"introduced": "0"}))
        self.assertEqual((False, ""), self.check("1.0", {"introduced": "2"}))

    def test_a_last_affected_version_is_itself_hit(self):
        span = ({"introduced": "0"}, {"last_affected": "2.4"})
        self.assertEqual((True, "none"), self.check("2.4.0", *span))
        self.assertEqual((False, ""), self.check("2.4.1", *span))

    def test_several_spans_and_other_names(self):
        spans = ({"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.1"})
        self.assertEqual([False, True, False, True, False],
                         [self.check(version, *spans)[0] for version in ("0.9", "1.4", "1.5", "2.0.1", "2.1")])
        self.assertEqual((False, ""), audit.affected("2.0", advisory({"introduced": "0"}, name="quay"), "quay-http"))
        self.assertTrue(audit.affected("2.0", advisory({"introduced": "0"}, name="Quay_HTTP"), "quay-http")[0])

    def test_what_makes_no_sense_is_unclear(self):
        for version, events in (("2.0rc1", [{"introduced": "0"}]), ("2.0", [{"fixed": "1"}]),
                                ("2.0", [{"introduced": "0"}, {"limit": "3"}])):
            with self.assertRaises(Unclear):
                self.check(version, *events)


class Audit(unittest.TestCase):
    def find(self, *advisories, today=TODAY, held=frozenset()):
        return audit.audit({"quay-http": "2.4.1"}, advisories, held, today)

    def test_a_finding_is_due_after_the_days_of_its_band_and_overdue_the_day_after(self):
        hit = advisory({"introduced": "0"})
        self.assertEqual(date(2026, 11, 27), self.find(hit)[0].due)
        self.assertEqual("open", self.find(hit, today=date(2026, 11, 27))[0].state)
        self.assertEqual("overdue", self.find(hit, today=date(2026, 11, 28))[0].state)

    def test_what_is_exploited_is_due_first_whatever_its_score(self):
        hit = advisory({"introduced": "0"}, severity=None, database_specific={"known_exploited": True})
        self.assertEqual((date(2026, 11, 22), "exploited"), (self.find(hit)[0].due, self.find(hit)[0].band))

    def test_without_a_score_the_worst_is_assumed_and_a_withdrawn_one_is_left_out(self):
        self.assertEqual("critical", self.find(advisory({"introduced": "0"}, severity=None))[0].band)
        self.assertEqual([], self.find(advisory({"introduced": "0"}, withdrawn="2026-11-21T00:00:00Z")))

    def test_an_exception_holds_for_its_package_and_advisory(self):
        hit = advisory({"introduced": "0"}, published="2026-01-01T00:00:00Z")
        self.assertEqual("excepted", self.find(hit, held={("quay-http", "X-1")})[0].state)
        self.assertEqual("overdue", self.find(hit, held={("quay-http", "X-2")})[0].state)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def put(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def sample(self, today="2026-11-25", **files):
        names = {"lock": "requirements.lock", "advisories": "advisories.json", "exceptions": "exceptions.csv"}
        return run(*(files.get(key, HERE / name) for key, name in names.items()), "--today", today)

    def test_the_sample_says_what_the_page_shows(self):
        self.assertEqual((0, (HERE / "demo.txt").read_text()), self.sample())

    def test_a_day_late_fails_and_so_does_an_exception_that_ended(self):
        self.assertEqual(1, self.sample("2026-11-28")[0])
        status, said = self.sample("2027-01-16")
        self.assertEqual(1, status)
        self.assertIn("overdue  2026-11-09 high", said)

    def test_what_is_not_pinned_or_has_no_hash_is_refused(self):
        for text in ("quay-http>=2\n", "quay-http==2.4.1\n", "-e .\n"):
            status, said = self.sample(lock=self.put("lock", text))
            self.assertEqual(1, status)
            self.assertIn("can't judge", said)

    def test_an_exception_needs_a_reason_an_end_within_90_days_and_the_security_lead(self):
        head = "package,advisory,reason,granted,until,approved_by\n"
        for line in ("quay-pdf,X,,2026-11-01,2027-01-15,security", "quay-pdf,X,why,2026-11-01,2027-02-01,security",
                     "quay-pdf,X,why,2026-11-01,2027-01-15,platform"):
            status, said = self.sample(exceptions=self.put("exceptions", head + line + "\n"))
            self.assertEqual(1, status, line)
            self.assertIn("nobody may grant", said)


class Lists(unittest.TestCase):
    def rows(self, name):
        with open(HERE / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_every_chapter_of_the_standard_has_a_question(self):
        asked = {row["asvs"] for row in self.rows("audit-checklist.csv")} - {"none"}
        self.assertEqual({f"V{number}" for number in range(1, 18)}, asked)

    def test_duties_of_the_calendar_have_the_interval_and_owner_of_the_register(self):
        with open(audit.REFERENCE / "duties.csv", encoding="utf-8", newline="") as file:
            duties = {row["duty"]: (row["every"], row["owner"]) for row in csv.DictReader(file)}
        named = [row for row in self.rows("calendar.csv") if row["activity"] in duties]
        self.assertEqual({"vulnerability-scan", "access-review", "penetration-test"}, {row["activity"] for row in named})
        for row in named:
            self.assertEqual(duties[row["activity"]], (row["every"], row["owner"]))

    def test_the_report_has_a_place_for_every_band_and_each_field_of_a_finding(self):
        text = (HERE / "report-template.txt").read_text()
        for word in (*audit.fix_days(), "Id:", "ASVS:", "CVSS 3.1:", "Steps:", "Harm:", "Owner:", "Due:", "Retest:"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
