"""The rules of the referral program, one case each, and the ledger that refuses what must not be booked."""

import itertools
import sqlite3
import subprocess
import sys
import unittest
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

sys.dont_write_bytecode = True

import referral
from referral import HERE, RULES, Referral, code_of, is_code, judge, reward, usable

DAY = timedelta(days=1)
ORDERED = date(2026, 7, 1)
GOOD = Referral(code=code_of("acme"), referrer="acme", referred="birch", plan="team", given=date(2026, 1, 1),
                ordered=ORDERED, named=ORDERED, paid=(date(2026, 7, 3), date(2026, 8, 3)))
READY = date(2026, 8, 17)  # 45 days after the first payment, which is later than the second.


class Codes(unittest.TestCase):
    def test_a_code_follows_from_the_slug_and_differs_between_clients(self):
        codes = {code_of(f"client-{number}") for number in range(2000)}
        self.assertEqual(len(codes), 2000)
        self.assertTrue(all(is_code(code) for code in codes))
        self.assertEqual(code_of("acme-tools"), "f6zya9eq")  # Printed on paper: it must never change.

    def test_every_wrong_letter_and_every_swap_shows(self):
        code = code_of("acme-tools")
        for place, letter in itertools.product(range(8), referral.LETTERS):
            wrong = code[:place] + letter + code[place + 1:]
            self.assertEqual(is_code(wrong), letter == code[place], wrong)
        for one, two in itertools.combinations(range(8), 2):
            letters = list(code)
            letters[one], letters[two] = letters[two], letters[one]
            self.assertEqual(is_code("".join(letters)), code[one] == code[two])
        for wrong in ("", code[:7], code + "2", code.upper(), "1" * 8, "o" * 8):
            self.assertFalse(is_code(wrong), wrong)


class Judging(unittest.TestCase):
    def check(self, verdict, today=READY, **changes):
        self.assertEqual(judge(replace(GOOD, **changes), today)[0], verdict, changes)

    def test_the_reward_is_earned_on_the_day_and_not_before(self):
        self.check("earned")
        self.check("wait", today=READY - DAY)
        self.check("wait", paid=GOOD.paid[:1], today=date(2026, 12, 1))
        self.check("wait", paid=(), today=READY)
        late = date(2026, 9, 20)
        self.check("wait", paid=(GOOD.paid[0], late), today=late - DAY)
        self.check("earned", paid=(late, GOOD.paid[0]), today=late)

    def test_the_invoice_of_an_annual_plan_counts_as_two(self):
        self.check("earned", paid=GOOD.paid[:1] * 2)
        self.check("wait", paid=GOOD.paid[:1] * 2, today=READY - DAY)

    def test_a_code_counts_while_it_is_valid_and_in_time(self):
        end = GOOD.given + RULES["code-days"] * DAY
        later = dict(ordered=end, named=end, paid=(end + DAY, end + 31 * DAY), today=end + 60 * DAY)
        self.check("earned", **later)
        self.check("refused", **{**later, "ordered": end + DAY})
        self.check("refused", given=ORDERED + DAY)
        self.check("earned", named=ORDERED + RULES["late-days"] * DAY)
        self.check("refused", named=ORDERED + (RULES["late-days"] + 1) * DAY)
        self.check("refused", code="zzzzzzzz")
        self.check("refused", code=code_of("somebody-else"))

    def test_the_same_business_and_an_old_client_earn_nothing(self):
        self.check("refused", referred="acme")
        for shared in ("vat-id", "payment", "address", "domain", "owner"):
            self.check("refused", same=shared)
        self.check("refused", left=date(2025, 7, 2))
        self.check("earned", left=date(2025, 7, 1))

    def test_money_that_went_back_and_money_that_is_owed(self):
        self.check("refused", refunded=READY)
        self.check("wait", overdue=True)
        self.check("wait", referrer_active=False)

    def test_it_lapses_after_the_last_day(self):
        last = ORDERED + RULES["lapse-days"] * DAY
        unpaid = dict(paid=GOOD.paid[:1])
        self.check("wait", today=last, **unpaid)
        self.check("lapsed", today=last + DAY, **unpaid)
        self.check("earned", today=last + 100 * DAY)  # Earned in time, judged late.


class Amounts(unittest.TestCase):
    def test_the_year_cuts_the_last_reward_and_calls_a_person(self):
        self.assertEqual(reward("business", 0, 0), (20000, False))
        self.assertEqual(reward("business", 45000, 2), (15000, False))
        self.assertEqual(reward("team", RULES["year-most"], 3), (0, False))
        self.assertEqual(reward("starter", 0, RULES["review-from"] - 1), (4900, True))

    def test_an_invoice_uses_what_the_discounts_allow(self):
        self.assertEqual(usable(20000, 49900), 10000)  # One voucher at the most.
        self.assertEqual(usable(10000, 4900), 1470)  # 30 % of the list price.
        self.assertEqual(usable(900, 4900), 900)
        self.assertEqual(usable(10000, 14900, [("nonprofit", Fraction(20))]), 1490)  # 30 % less the 20 % taken.
        self.assertEqual(usable(0, 4900), 0)
        self.assertEqual(usable(-500, 4900), 0)

    def test_what_a_new_client_gets_fits_on_its_first_invoice(self):
        for plan, row in referral.REWARDS.items():
            price, amount = referral.calculator.plan_of(plan).price_minor, int(row["referred_minor"])
            self.assertEqual(usable(amount, price), amount, plan)

    def test_no_reward_is_worth_more_than_two_months_of_the_plan(self):
        for plan, row in referral.REWARDS.items():
            most = 2 * referral.calculator.plan_of(plan).price_minor
            self.assertLessEqual(int(row["referrer_minor"]) + int(row["referred_minor"]), most, plan)


class Ledger(unittest.TestCase):
    def setUp(self):
        self.ledger = referral.open_ledger()
        self.addCleanup(self.ledger.close)
        for slug in ("acme", "birch"):
            self.run_sql("insert into codes values (?, ?, '2026-01-01')", code_of(slug), slug)
        self.run_sql("insert into referrals values ('cedar', ?, 'team', '2026-07-01')", code_of("acme"))
        self.book("reward", 10000, referred="cedar")

    def run_sql(self, sql, *values):
        return self.ledger.execute(sql, values)

    def book(self, kind, minor, referrer="acme", referred=None, invoice=None):
        self.run_sql("insert into entries (on_day, referrer, kind, minor, referred, invoice, by) "
                     "values ('2026-09-01', ?, ?, ?, ?, ?, 'finance')", referrer, kind, minor, referred, invoice)

    def balance(self):
        return self.run_sql("select minor from balances where referrer = 'acme'").fetchone()[0]

    def refused(self, message, call, *values, **names):
        with self.assertRaisesRegex(sqlite3.IntegrityError, message):
            call(*values, **names)

    def test_rewards_are_used_and_taken_back(self):
        self.book("used", -4000, invoice="INV-2026-000010")
        self.assertEqual(self.balance(), 6000)
        self.book("reversed", -10000, referred="cedar")
        self.assertEqual(self.balance(), -4000)  # Owed by later rewards, never invoiced.
        self.refused("balance is smaller", self.book, "used", -1, invoice="INV-2026-000011")

    def test_what_must_not_be_booked_is_refused(self):
        self.refused("balance is smaller", self.book, "used", -10001, invoice="INV-2026-000010")
        self.refused("balance is smaller", self.book, "expired", -10001)
        self.refused("UNIQUE", self.book, "reward", 10000, referred="cedar")
        self.refused("FOREIGN KEY", self.book, "reward", 10000, referred="unknown")
        for amount in (-9999, -10001):
            self.refused("as a whole", self.book, "reversed", amount, referred="cedar")
        self.run_sql("insert into referrals values ('dale', ?, 'team', '2026-07-01')", code_of("acme"))
        self.refused("as a whole", self.book, "reversed", -10000, referred="dale")
        self.refused("sign", self.book, "reward", -10000, referred="cedar")
        self.refused("sign", self.book, "used", 100, invoice="INV-2026-000010")
        self.refused("paid_by", self.book, "used", -100)
        self.refused("about", self.book, "expired", -100, referred="cedar")

    def test_nobody_refers_themselves_and_a_business_is_new_once(self):
        insert = "insert into referrals values (?, ?, 'team', '2026-07-01')"
        self.refused("refers themselves", self.run_sql, insert, "acme", code_of("acme"))
        self.refused("UNIQUE", self.run_sql, insert, "cedar", code_of("birch"))
        self.refused("FOREIGN KEY", self.run_sql, insert, "dale", "22222222")

    def test_the_reward_of_another_client_cannot_be_taken(self):
        self.run_sql("insert into referrals values ('dale', ?, 'team', '2026-07-01')", code_of("birch"))
        self.refused("belongs to the referrer", self.book, "reward", 10000, referred="dale")

    def test_entries_stay(self):
        self.refused("never changed", self.run_sql, "update entries set minor = 20000")
        self.refused("never deleted", self.run_sql, "delete from entries")


class CommandLine(unittest.TestCase):
    def test_the_page_shows_what_the_program_prints(self):
        page = (HERE / "index.md").read_text(encoding="utf-8")
        call = [sys.executable, "referral.py", "judge", "referrals.csv", "--today", "2026-11-25"]
        printed = subprocess.run(call, cwd=HERE, capture_output=True, text=True, check=True).stdout
        self.assertIn(printed.strip().replace("\n", "\n   "), page)


if __name__ == "__main__":
    unittest.main()
