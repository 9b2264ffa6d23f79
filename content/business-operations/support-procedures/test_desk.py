"""What desk.py and the tables must hold: working minutes, holidays, pauses, shares; priorities, words, blanks."""

import re
import sys
import unittest
from datetime import date, datetime, timezone
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import desk


def at(text):
    """A time in Dublin."""
    return datetime.fromisoformat(text).replace(tzinfo=desk.ZONE)


class Due(unittest.TestCase):
    def check(self, opened, minutes, expected):
        self.assertEqual(at(expected), desk.due(at(opened), minutes, "working"), f"{opened} + {minutes}")

    def test_minutes_count_from_opening_to_closing(self):
        for opened, minutes, expected in (
            ("2026-11-25T10:00", 60, "2026-11-25T11:00"), ("2026-11-25T16:30", 60, "2026-11-25T17:30"),
            ("2026-11-25T16:30", 61, "2026-11-26T09:01"), ("2026-11-25T05:00", 30, "2026-11-25T09:30"),
            ("2026-11-25T17:30", 30, "2026-11-26T09:30"), ("2026-11-25T23:00", 30, "2026-11-26T09:30"),
            ("2026-11-25T09:00", 510, "2026-11-25T17:30"), ("2026-11-25T09:00", 1020, "2026-11-26T17:30"),
        ):
            self.check(opened, minutes, expected)

    def test_weekends_and_public_holidays_do_not_count(self):
        self.check("2026-11-27T17:00", 60, "2026-11-30T09:30")
        self.check("2026-11-28T12:00", 60, "2026-11-30T10:00")
        self.check("2026-10-23T16:00", 240, "2026-10-27T11:30")
        self.check("2026-12-24T17:00", 60, "2026-12-28T09:30")  # Friday is the 25th; the 26th is a Saturday.

    def test_at_all_hours_every_minute_counts_also_when_the_clock_is_turned(self):
        night = datetime(2026, 10, 25, 0, 30, tzinfo=desk.ZONE)
        self.assertEqual(datetime(2026, 10, 25, 3, 30, tzinfo=timezone.utc), desk.due(night, 240, "all"))

    def test_waiting_moves_the_aim_and_not_the_answer(self):
        opened = at("2026-11-25T09:00")
        self.assertEqual((at("2026-11-25T13:00"), at("2026-11-26T16:30")), desk.clocks("P2", "team", opened))
        self.assertEqual((at("2026-11-25T13:00"), at("2026-11-26T17:30")), desk.clocks("P2", "team", opened, 60))
        self.assertIsNone(desk.clocks("P4", "business", opened)[1])


class Holidays(unittest.TestCase):
    def test_a_year_as_published(self):
        self.assertEqual({date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 17), date(2026, 4, 6), date(2026, 5, 4), date(2026, 6, 1),
                          date(2026, 8, 3), date(2026, 10, 26), date(2026, 12, 25), date(2026, 12, 26)}, desk.holidays(2026))

    def test_saint_brigid_is_the_first_of_february_only_on_a_friday(self):
        self.assertIn(date(2030, 2, 1), desk.holidays(2030))
        self.assertNotIn(date(2030, 2, 4), desk.holidays(2030))
        self.assertIn(date(2027, 2, 1), desk.holidays(2027))

    def test_october_closes_on_its_last_monday_also_where_it_has_five(self):
        self.assertIn(date(2028, 10, 30), desk.holidays(2028))

    def test_easter(self):
        for expected in (date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25)):
            self.assertEqual(expected, desk.easter(expected.year))

    def test_there_are_ten_each_year(self):
        for year in range(2026, 2060):
            self.assertEqual(10, len(desk.holidays(year)), year)


class Report(unittest.TestCase):
    def case(self, **changes):
        return {"plan": "team", "priority": "P2", "opened": "2026-11-25T09:00:00+00:00", "answered": "2026-11-25T13:00:00+00:00",
                "waited_min": "0", "closed": "2026-11-26T16:30:00+00:00", "verdict": ""} | changes

    def test_the_last_minute_is_in_time_and_the_next_is_not(self):
        for changes, expected in (({}, [1, 1, 1, 1]), ({"answered": "2026-11-25T13:01:00+00:00"}, [1, 0, 1, 1]),
                                  ({"closed": "2026-11-26T16:31:00+00:00"}, [1, 1, 1, 0]),
                                  ({"closed": "2026-11-26T16:31:00+00:00", "waited_min": "1"}, [1, 1, 1, 1]),
                                  ({"priority": "P4"}, [1, 1, 0, 0])):
            self.assertEqual({"team": expected}, desk.report([self.case(**changes)]), changes)

    def test_silence_is_no_verdict(self):
        verdicts = [self.case(verdict=verdict) for verdict in ("good", "good", "not good", "")]
        self.assertEqual((66, 3), desk.satisfaction(verdicts))
        self.assertEqual((None, 0), desk.satisfaction([self.case()]))


class Tables(unittest.TestCase):
    def test_times_in_words_are_those_of_the_register(self):
        words = [{"priority": row["priority"], "plan": row["plan"], "we answer within": desk.words(row["response_min"]),
                  "we aim to solve within": desk.words(row["target_min"]),
                  "counted": "at all hours" if row["hours"] == "all" else "in working hours"} for row in desk.TARGETS.values()]
        self.assertEqual(words, desk.rows(HERE / "times.csv"))
        for row in desk.TARGETS.values():
            for key in ("response_min", "target_min"):
                self.assertTrue(row[key] == "none" or int(row[key]) < 60 or int(row[key]) % 60 == 0, row)

    def test_more_harm_or_fewer_ways_never_lower_the_priority(self):
        table = desk.rows(HERE / "priorities.csv")
        columns = ["no way around", "a way around", "no fault"]
        for row in table:
            self.assertEqual(sorted(row[column] for column in columns), [row[column] for column in columns], row)
        for column in columns:
            self.assertEqual(sorted(row[column] for row in table), [row[column] for row in table], column)

    def test_every_blank_is_listed_and_used(self):
        text = (HERE / "replies.txt").read_text(encoding="utf-8")
        self.assertEqual({row["blank"] for row in desk.rows(HERE / "reply-fields.csv")}, set(re.findall(r"\[(\w+)\]", text)))
        for name, reply in re.findall(r"ANCHOR: (\w+)\n(.*?)ANCHOR_END", text, re.S):
            self.assertTrue(reply.startswith("Hello [name],"), name)
            self.assertTrue(name == "person" or "[agent]" in reply, name)
            self.assertLess(len(reply.split()), 80, name)
            self.assertNotRegex(reply, r"(?i)unfortunately|inconvenience|valued|kindly|asap", name)


if __name__ == "__main__":
    unittest.main()
