"""The calendar's rules on both sides of each limit, and the calendar itself held to them."""

import subprocess
import sys
import unittest
from datetime import date

sys.dont_write_bytecode = True

import content_calendar as calendar
from content_calendar import HERE, due, faults, months_later, rows

KINDS = {row["kind"]: row for row in rows("kinds.csv")}
PILLARS = {row["id"]: row for row in rows("pillars.csv")}
AUDIENCES = {row["id"]: row for row in rows("audiences.csv")}
TODAY = date(2026, 11, 25)


def text(on="2026-11-25", status="published", **more):
    return {"id": "a", "on": on, "kind": "guide", "pillar": "solve", "audience": "builder", "status": status,
            "checked_on": "", **more}


class Due(unittest.TestCase):
    def check(self, expected, *given):
        self.assertEqual(due([text(**each) for each in given], KINDS, TODAY), expected)

    def test_each_step_is_due_so_many_days_before(self):
        self.check([], dict(on="2026-12-24", status="planned"))
        self.check([(0, "a", "not briefed yet")], dict(on="2026-12-23", status="planned"))
        self.check([], dict(on="2026-12-10", status="briefed"))
        self.check([(0, "a", "not drafted yet")], dict(on="2026-12-09", status="briefed"))
        self.check([], dict(on="2026-12-01", status="drafted"))
        self.check([(0, "a", "not checked yet")], dict(on="2026-11-30", status="drafted"))
        self.check([], dict(on="2026-11-26", status="checked"))
        self.check([(0, "a", "not published yet")], dict(on="2026-11-25", status="checked"))
        self.check([], dict(on="2026-01-01", status="withdrawn"))

    def test_a_published_text_is_read_again_after_the_months_of_its_kind(self):
        self.check([(0, "a", "read again")], dict(on="2026-05-25"))
        self.check([], dict(on="2026-05-26"))
        self.check([], dict(on="2020-01-01", checked_on="2026-10-01"))
        self.check([], dict(on="2025-12-01", kind="article"))
        self.check([], dict(on="2020-01-01", kind="release"))
        self.assertEqual(months_later(date(2026, 8, 31), 6), date(2027, 2, 28))
        self.assertEqual(months_later(date(2026, 12, 15), 12), date(2027, 12, 15))

    def test_the_most_overdue_comes_first(self):
        self.check([(179, "b", "read again"), (28, "a", "not briefed yet"), (14, "a", "not drafted yet"),
                    (5, "a", "not checked yet")],
                   dict(on="2026-11-25", status="planned"), dict(id="b", on="2025-11-30"))


class Faults(unittest.TestCase):
    def check(self, expected, *given):
        found = faults([text(**each) for each in given], PILLARS, AUDIENCES, KINDS, TODAY)
        self.assertEqual(found, expected)

    def test_words_that_no_table_has_and_wrong_pairs(self):
        self.check([])
        self.check(["a: no such kind: poem"], dict(kind="poem"))
        self.check(["a: no such audience: all"], dict(audience="all"))
        self.check(["a: no such pillar: hype"], dict(pillar="hype"))
        self.check(["a: solve isn't for buyer-risk"], dict(audience="buyer-risk"))
        self.check(["a: published, but its day is to come"], dict(on="2026-11-26"))
        self.check(["a: stands 2 times"], {}, {})

    def test_a_gap_of_more_than_45_days(self):
        self.check([], dict(on="2026-10-11"), dict(id="b"))
        self.check(["2026-10-10 to 2026-11-25: 46 days without a text"], dict(on="2026-10-10"), dict(id="b"))
        self.check([], dict(on="2026-10-10"), dict(id="b"), dict(id="c", on="2026-11-01", status="planned"))

    def test_the_mix_is_looked_at_from_eight_texts_on(self):
        solve = [dict(id=f"s{number}", on=f"2026-{number + 2:02}-25") for number in range(1, 8)]
        self.check([], *solve)
        found = faults([text(**each) for each in [*solve, dict(id="t", on="2026-02-25")]],
                       PILLARS, AUDIENCES, KINDS, TODAY)
        self.assertEqual(found, ["solve: 100 % of the year's texts, wanted 40 %",
                                 "decide: 0 % of the year's texts, wanted 25 %",
                                 "trust: 0 % of the year's texts, wanted 20 %",
                                 "change: 0 % of the year's texts, wanted 15 %"])
        within = [dict(id=f"m{number}", on=f"2026-{number + 1:02}-25", pillar=pillar, audience=audience)
                  for number, (pillar, audience) in enumerate(
                      [("solve", "builder")] * 4 + [("decide", "decider")] * 2 +
                      [("trust", "decider"), ("change", "client")] + [("trust", "decider")] * 2, 1)]
        self.check([], *within)


class Ours(unittest.TestCase):
    def test_the_calendar_has_no_fault_and_the_page_shows_what_is_due(self):
        call = [sys.executable, "content_calendar.py", "--today", "2026-11-25"]
        printed = subprocess.run(call, cwd=HERE, capture_output=True, text=True, check=True).stdout
        page = (HERE / "index.md").read_text(encoding="utf-8")
        self.assertIn(printed.strip().replace("\n", "\n   "), page)

    def test_shares_add_up_and_every_audience_has_a_pillar(self):
        self.assertEqual(sum(int(row["share"]) for row in PILLARS.values()), 100)
        served = {name for row in PILLARS.values() for name in row["audiences"].split()}
        self.assertEqual(served, set(AUDIENCES))


if __name__ == "__main__":
    unittest.main()
