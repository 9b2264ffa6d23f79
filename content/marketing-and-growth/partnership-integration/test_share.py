"""Shares of partners on both sides of each limit, and the register held to the rules that it shows."""

import subprocess
import sys
import unittest
from datetime import date, timedelta
from fractions import Fraction

sys.dont_write_bytecode = True

import share
from share import HERE, add_months, counts, half_up, payable, quarter, rows, statement

TIERS = {row["id"]: row for row in rows("tiers.csv")}
PATHS = {row["id"]: row for row in rows("paths.csv")}
PARTNER = {"id": "p", "tier": "referring"}
DEAL = {"partner": "p", "client": "c", "registered_on": "2026-01-01", "ordered_on": "2026-01-31", "accepted": "yes"}


def receipt(on, minor, client="c"):
    return {"client": client, "invoice": "x", "on": on, "plan_net_minor": str(minor)}


def shares(receipts, text="2026-Q1", deals=(DEAL,), tier="referring"):
    start, end = quarter(text)
    return [part.share_minor for part in statement(PARTNER, TIERS[tier], deals, receipts, start, end)]


class Shares(unittest.TestCase):
    def test_a_quarter_begins_and_ends_where_it_does(self):
        self.assertEqual(quarter("2026-Q1"), (date(2026, 1, 1), date(2026, 4, 1)))
        self.assertEqual(quarter("2026-Q4"), (date(2026, 10, 1), date(2027, 1, 1)))
        for wrong in ("2026-Q5", "2026", "Q1-2026"):
            with self.assertRaises(ValueError):
                quarter(wrong)
        days = [receipt(day, 1000) for day in ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01")]
        self.assertEqual(shares(days), [200])

    def test_the_share_ends_after_its_months(self):
        first = receipt("2025-02-10", 100)
        self.assertEqual(shares([first, receipt("2026-02-09", 10000)]), [1000])
        self.assertEqual(shares([first, receipt("2026-02-10", 10000)]), [])
        self.assertEqual(shares([first, receipt("2026-02-10", 10000)], tier="implementing"), [1500])
        self.assertEqual(add_months(date(2026, 1, 31), 1), date(2026, 2, 28))
        self.assertEqual(add_months(date(2026, 12, 1), 12), date(2027, 12, 1))
        self.assertEqual(add_months(date(2026, 11, 15), 1), date(2026, 12, 15))

    def test_money_that_went_back_takes_its_share_back(self):
        self.assertEqual(shares([receipt("2026-01-05", 10000), receipt("2026-02-05", -4000)]), [600])
        self.assertEqual(shares([receipt("2025-12-05", 10000), receipt("2026-02-05", -10000)]), [-1000])
        self.assertEqual(shares([receipt("2026-01-05", -10000)]), [])  # Nothing was ever paid.

    def test_only_an_accepted_deal_in_its_time_counts(self):
        end = date(2026, 1, 1) + timedelta(days=share.REGISTERED_DAYS)
        self.assertTrue(counts({**DEAL, "ordered_on": str(end)}))
        self.assertFalse(counts({**DEAL, "ordered_on": str(end + timedelta(days=1))}))
        self.assertFalse(counts({**DEAL, "ordered_on": "2025-12-31"}))
        self.assertFalse(counts({**DEAL, "accepted": "no"}))
        paid = [receipt("2026-01-05", 10000)]
        self.assertEqual(shares(paid, deals=[{**DEAL, "partner": "other"}]), [])
        self.assertEqual(shares(paid, deals=[{**DEAL, "accepted": "no"}]), [])
        self.assertEqual(shares([receipt("2026-01-05", 10000, client="other")]), [])

    def test_cents_are_rounded_once_and_half_goes_up(self):
        self.assertEqual(half_up(Fraction(5, 2)), 3)
        self.assertEqual(half_up(Fraction(-5, 2)), -2)
        self.assertEqual(shares([receipt("2026-01-05", 4), receipt("2026-02-05", 1)]), [1])

    def test_small_amounts_and_debts_are_carried(self):
        part = share.Part("c", 0, 10, 4999)
        self.assertEqual(payable([part]), (0, 4999))
        self.assertEqual(payable([part], 1), (5000, 0))
        self.assertEqual(payable([part], -6000), (0, -1001))

    def test_listed_partners_are_due_nothing(self):
        self.assertEqual(shares([receipt("2026-01-05", 10000)], tier="listed"), [])

    def test_the_page_shows_what_the_program_prints(self):
        call = [sys.executable, "share.py", "2026-Q3"]
        printed = subprocess.run(call, cwd=HERE, capture_output=True, text=True, check=True).stdout
        page = (HERE / "index.md").read_text(encoding="utf-8")
        self.assertIn(printed.strip().replace("\n", "\n   "), page)


class Register(unittest.TestCase):
    def test_each_partner_is_what_its_tier_asks_for(self):
        as_of = date(2026, 11, 25)
        for row in rows("partners.csv"):
            with self.subTest(row["id"]):
                self.assertLessEqual(set(row["paths"].split()), set(PATHS))
                tier = TIERS[row["tier"]]
                if row["status"] == "active":
                    checked = date.fromisoformat(row["checked_on"])
                    self.assertLess(as_of, add_months(checked, 12), "the yearly check is overdue")
                    self.assertGreaterEqual(int(row["clients"]), int(tier["clients_at_least"]))
                if int(tier["share_percent"]):
                    self.assertTrue(row["agreement_on"], "a share needs an agreement")

    def test_paths_have_scopes_that_exist_and_never_spend_by_plan(self):
        reference = HERE.parents[1] / "reference"
        with open(reference / "scopes.csv", encoding="utf-8", newline="") as file:
            known = {line.split(",")[0] for line in file}
        for row in PATHS.values():
            scopes = set(row["scopes"].split())
            self.assertLessEqual(scopes, known, row["id"])
            self.assertFalse(scopes & {"subscriptions:write", "organisation:write", "audit:read"}, row["id"])

    def test_each_requirement_belongs_to_a_path(self):
        for row in rows("requirements.csv"):
            self.assertIn(row["path"], {"all", *PATHS}, row["id"])

    def test_a_client_has_one_partner(self):
        clients = [row["client"] for row in rows("deals.csv") if row["accepted"] == "yes"]
        self.assertEqual(len(clients), len(set(clients)))


if __name__ == "__main__":
    unittest.main()
