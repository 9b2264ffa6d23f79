"""Tests of incident.py: every question, who is reached when, and which clocks run until when."""

import contextlib
import io
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import incident

WEDNESDAY_NIGHT = datetime(2026, 11, 25, 22, 10, tzinfo=incident.ZONE)
MINUTE = timedelta(minutes=1)


class Severity(unittest.TestCase):
    def test_each_question_alone_gives_its_severity(self):
        expected = {"down-for-most": "SEV1", "data-lost": "SEV1", "data-read": "SEV1", "main-function": "SEV2",
                    "one-client-down": "SEV2", "may-reach-data": "SEV2", "leak-used": "SEV2", "way-around": "SEV3",
                    "risk": "SEV3", "leak-unused": "SEV3"}
        self.assertEqual(expected, {row["id"]: incident.severity([row["id"]]) for row in incident.QUESTIONS})

    def test_the_worst_answer_decides_and_none_is_sev4(self):
        self.assertEqual("SEV1", incident.severity(["risk", "data-read", "main-function"]))
        self.assertEqual("SEV2", incident.severity(["leak-unused", "leak-used"]))
        self.assertEqual("SEV4", incident.severity([]))

    def test_a_misspelt_question_is_refused_not_taken_for_no(self):
        self.assertRaises(ValueError, incident.severity, ["data-raed"])

    def test_every_severity_of_a_question_exists(self):
        self.assertLessEqual({row["severity"] for row in incident.QUESTIONS}, set(incident.SEVERITIES))


class Escalation(unittest.TestCase):
    def minutes(self, level):
        return [((at - WEDNESDAY_NIGHT) // MINUTE, who) for at, who in incident.escalation(level, WEDNESDAY_NIGHT)]

    def test_sev1_and_sev2_page_at_night_and_climb_after_each_unanswered_wait(self):
        self.assertEqual([(0, "engineer on call"), (5, "second engineer on call"), (10, "platform lead"),
                          (15, "every engineer")], self.minutes("SEV1"))
        self.assertEqual([(0, "engineer on call"), (15, "second engineer on call"), (30, "platform lead")],
                         self.minutes("SEV2"))

    def test_sev3_waits_for_the_opening_and_sev4_pages_nobody(self):
        opening = datetime(2026, 11, 26, 9, 0, tzinfo=incident.ZONE)
        self.assertEqual([opening, opening + 60 * MINUTE],
                         [at for at, _ in incident.escalation("SEV3", WEDNESDAY_NIGHT)])
        self.assertEqual([], incident.escalation("SEV4", WEDNESDAY_NIGHT))

    def test_openings_skip_nights_and_weekends(self):
        for text, expected in [
            ("2026-11-27T17:29", "2026-11-27T17:29"),  # Friday, still open.
            ("2026-11-27T17:30", "2026-11-30T09:00"),  # Friday, closed.
            ("2026-11-28T10:00", "2026-11-30T09:00"),  # Saturday.
            ("2026-11-30T03:00", "2026-11-30T09:00"),  # Monday before the opening.
            ("2026-11-30T09:00", "2026-11-30T09:00"),
        ]:
            self.assertEqual(incident.moment(expected), incident.next_opening(incident.moment(text)), text)


class Clocks(unittest.TestCase):
    AWARE = datetime(2026, 10, 23, 22, 30, tzinfo=timezone.utc)

    def hours(self, *facts):
        return {row["id"]: (at - self.AWARE) / timedelta(hours=1) for at, row in incident.clocks(facts, self.AWARE)}

    def test_each_fact_starts_its_clocks(self):
        for facts, expected in [
            (["client-data"], {"processor-breach": 24}),
            (["client-data", "us"], {"processor-breach": 24, "us-breach-processor": 24}),
            (["own-data"], {"controller-breach-eu": 72}),
            (["own-data", "uk"], {"controller-breach-eu": 72, "controller-breach-uk": 72}),
            (["own-data", "high-risk"], {"controller-breach-eu": 72, "controller-breach-people": 72}),
            (["own-data", "us"], {"controller-breach-eu": 72, "us-breach-owner": 720}),
            (["client-library"], {"cra-warning": 24, "cra-notification": 72}),
            (["nis2"], {"nis2-warning": 24, "nis2-notification": 72}),
            (["us"], {}),
        ]:
            self.assertEqual(expected, self.hours(*facts), facts)

    def test_the_soonest_comes_first(self):
        due = [at for at, _ in incident.clocks(incident.FACTS, self.AWARE)]
        self.assertEqual(sorted(due), due)
        self.assertEqual(10, len(due))

    def test_72_hours_are_72_hours_when_the_clocks_change(self):
        aware = incident.moment("2026-10-23T22:30")  # Summer time ends on the 25th.
        due = incident.clocks(["own-data"], aware)[0][0]
        self.assertEqual("Mon 26 Oct 21:30", incident.shown(due))

    def test_a_misspelt_fact_is_refused_not_ignored(self):
        self.assertRaises(ValueError, incident.clocks, ["client-dat"], self.AWARE)


class CommandLine(unittest.TestCase):
    def test_the_page_shows_what_the_commands_print(self):
        out = io.StringIO()
        for command in ("severity main-function risk --at 2026-11-25T22:10",
                        "clocks client-data us own-data uk --aware 2026-11-25T22:30"):
            print(f"$ python3 incident.py {command}", file=out)
            incident.main(command.split(), out)
        self.assertEqual((HERE / "demo.txt").read_text(encoding="utf-8"), out.getvalue())

    def test_a_wrong_word_ends_with_status_2(self):
        with contextlib.redirect_stderr(io.StringIO()) as told, self.assertRaises(SystemExit) as stopped:
            incident.main(["severity", "rain"])
        self.assertEqual(2, stopped.exception.code)
        self.assertIn("no such question: rain", told.getvalue())


if __name__ == "__main__":
    unittest.main()
