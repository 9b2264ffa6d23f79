"""What calculator.py must hold: the table of cases, rounding, the order of discounts, who pays which tax."""

import random
import subprocess
import sys
import unittest
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import calculator as c
import cases
import pricing

TEAM, STARTER = pricing.Plan("team", 14900, 250_000, 60), pricing.Plan("starter", 4900, 50_000, 100)
IRELAND = c.tax_rule("IE")


class Cases(unittest.TestCase):
    def test_the_table_is_what_the_code_computes(self):
        table = c.rows(HERE / "cases.csv")
        self.assertEqual(9, len(table))
        for row in table:
            self.assertEqual(row, cases.computed(row), row["case"])

    def test_the_lines_are_the_month_of_pricing(self):
        for calls in (0, 250_000, 250_001, 261_204, 999_999):
            lines = c.plan_lines(TEAM, calls)
            self.assertEqual(pricing.charge(TEAM, calls), sum(line.net_minor for line in lines), calls)
            for line in lines:
                self.assertEqual(line.net_minor, line.quantity * line.unit_minor, "the check of schema.sql")


class Rounding(unittest.TestCase):
    def test_half_a_cent_goes_up(self):
        for amount, expected in ((Fraction(1, 2), 1), (Fraction(49, 100), 0), (Fraction(-1, 2), 0), (Fraction(3, 2), 2),
                                 (Fraction(-3, 2), -1), (Fraction(-51, 100), -1), (Fraction(7), 7)):
            self.assertEqual(expected, c.half_up(amount), amount)

    def test_tax_is_rounded_once_and_shared_out(self):
        offer = c.quote([c.line("a", 1, 2), c.line("b", 1, 2), c.line("c", 1, 2)], IRELAND)
        self.assertEqual(1, offer.tax_minor, "6 cents make 1.38; each line alone would make 0.46, rounded 0")
        self.assertEqual((1, 0, 0), offer.taxes)

    def test_shares_go_to_the_largest_remainder(self):
        offer = c.quote([c.line("a", 1, 101), c.line("b", 1, 103), c.line("c", -1, 50)], IRELAND)
        self.assertEqual(35, offer.tax_minor)  # 154 * 0.23 = 35.42
        self.assertEqual((23, 24, -12), offer.taxes)  # 23.23, 23.69, -11.50

    def test_shares_add_up_and_are_within_a_cent(self):
        dice = random.Random(20261125)
        for _ in range(1000):
            lines = [c.line("x", 1, dice.randrange(10**5)) for _ in range(dice.randrange(1, 9))]
            lines.append(c.line("d", -1, lines[0].net_minor // 3))
            offer = c.quote(lines, IRELAND)
            self.assertEqual(offer.tax_minor, sum(offer.taxes))
            for line, tax in zip(offer.lines, offer.taxes):
                self.assertLess(abs(Fraction(line.net_minor) * 23 / 100 - tax), 1)


class Discounts(unittest.TestCase):
    def test_the_order_is_that_of_the_file_whatever_the_caller_says(self):
        given = [("voucher", 100), ("nonprofit", 20), ("annual", 10)]
        names = [line.description for line in c.discount_lines(10_000, given)]
        self.assertEqual(["Discount annual", "Discount nonprofit", "Discount voucher"], names)
        self.assertEqual([-1000, -1800, -100], [line.net_minor for line in c.discount_lines(10_000, given)])

    def test_all_together_take_thirty_per_cent_at_most(self):
        lines = c.discount_lines(10_000, [("annual", 10), ("nonprofit", 20), ("voucher", 5000)])
        self.assertEqual([-1000, -1800, -200], [line.net_minor for line in lines])

    def test_what_is_not_listed_is_refused(self):
        for given in ([("friend", 5)], [("annual", 11)], [("annual", 0)], [("negotiated", -5)], [("voucher", 10_001)],
                      [("voucher", Fraction(1, 2))], [("annual", 5), ("annual", 5)]):
            with self.assertRaises(c.Refused, msg=given):
                c.discount_lines(10_000, given)
        with self.assertRaisesRegex(c.Refused, "twelve"):
            c.plan_lines(TEAM, 0, [("annual", 10)], months=1)


class Change(unittest.TestCase):
    def test_up_charges_and_down_credits_the_days_that_are_left(self):
        self.assertEqual([7450, -2450], [line.net_minor for line in c.change_lines(STARTER, TEAM, 15, 30)])
        self.assertEqual([2450, -7450], [line.net_minor for line in c.change_lines(TEAM, STARTER, 15, 30)])

    def test_discounts_count_on_both_sides(self):
        lines = c.change_lines(STARTER, TEAM, 10, 31, [("nonprofit", 20)])
        self.assertEqual([3845, -1265], [line.net_minor for line in lines])  # 11920 and 3920 for 10 of 31 days

    def test_a_downgrade_alone_is_no_invoice(self):
        with self.assertRaisesRegex(c.Refused, "credit note"):
            c.quote(c.change_lines(TEAM, STARTER, 15, 30), IRELAND)


class EarlyEnd(unittest.TestCase):
    def test_used_months_lose_the_discount_for_paying_ahead_and_no_other(self):
        for used, discounts, expected in ((5, [("annual", 10)], 16092 - 5 * 1490), (0, [("annual", 10)], 16092), (11, [("annual", 10)], 0),
                                          (5, [("annual", 10), ("nonprofit", 20)], 12874 - 5 * 1192), (6, [], 17880 - 6 * 1490)):
            self.assertEqual(expected, c.early_refund(pricing.Plan("x", 1490, 0, 1), used, discounts), used)


class Projects(unittest.TestCase):
    def test_days_contingency_and_the_next_hundred(self):
        ledger = {"engineer": Fraction(8), "designer": Fraction(1), "lead": Fraction(2)}
        self.assertEqual(1_200_000, c.project_price(ledger))  # 10,350 and 15 % are 11,902.50
        self.assertEqual(450_000, c.project_price({"engineer": Fraction(3), "lead": Fraction(1)}))
        self.assertEqual(1_350_000, c.project_price(ledger, 30))  # 13,455

    def test_a_whole_hundred_stays(self):
        self.assertEqual(2_070_000, c.project_price({"engineer": Fraction(20)}))

    def test_odd_days_roles_and_contingencies_are_refused(self):
        for days, share in (({"engineer": Fraction(1, 3)}, 15), ({"clown": Fraction(1)}, 15), ({"lead": Fraction(0)}, 15),
                            ({"lead": Fraction(1)}, 10)):
            with self.assertRaises(c.Refused):
                c.project_price(days, share)

    def test_the_instalments_add_up(self):
        self.assertEqual((360_000, 480_000, 360_000), c.instalments(1_200_000))
        self.assertEqual((31, 41, 30), c.instalments(102))  # 30.6, 40.8 and what is left


class Tax(unittest.TestCase):
    def test_the_place_decides(self):
        for country, vat, expected in (("IE", "", "S"), ("IE", "IE1234567FA", "S"), ("DE", "DE1", "AE"), ("GR", "EL1", "AE"),
                                       ("GB", "", "O"), ("US", "", "O"), ("CH", "", "O"), ("NO", "", "O")):
            self.assertEqual(expected, c.tax_rule(country, vat)["category"], country)

    def test_a_number_of_another_state_none_or_an_unproven_one_is_refused(self):
        for country, vat, proven in (("DE", "", True), ("DE", "FR1", True), ("GR", "GR1", True), ("DE", "DE1", False),
                                     ("US", "", False)):
            with self.assertRaises(c.Refused, msg=(country, vat)):
                c.tax_rule(country, vat, proven)

    def test_a_lapsed_number_is_taxed_here_and_only_in_the_union(self):
        for country, expected in (("DE", "S"), ("IE", "S"), ("GB", "O"), ("US", "O")):
            self.assertEqual(expected, c.tax_rule(country, "", lapsed=True)["category"], country)

    def test_there_are_27_member_states(self):
        self.assertEqual(26, len(c.EU))
        self.assertNotIn("GB", c.EU)

    def test_only_the_standard_rate_is_a_rate(self):
        for row in c.rows(HERE / "tax.csv"):
            self.assertEqual(row["category"] == "S", int(row["rate"]) > 0)


class Lists(unittest.TestCase):
    def test_the_price_list_says_what_the_plans_cost(self):
        plans = {row["id"]: row for row in c.rows(c.REFERENCE / "plans.csv")}
        self.assertEqual([
            {"plan": name, "a month": f"EUR {c.euros(int(plan['price_minor']))}", "calls included": f"{int(plan['included']):,}",
             "each further thousand": f"EUR {c.euros(int(plan['overage_minor']))}", "calls a minute": f"{int(plan['rate_min']):,}",
             "availability": f"{plan['sla']} %", "support": plan["support"]} for name, plan in plans.items()
        ], c.rows(HERE / "price-list.csv"))

    def test_day_rates_in_words_are_the_figures(self):
        for row in c.rows(HERE / "rates.csv"):
            self.assertEqual(f"EUR {int(row['day_minor']) // 100:,}", row["day"])


class CommandLine(unittest.TestCase):
    def run_it(self, *arguments):
        return subprocess.run([sys.executable, "-B", HERE / "calculator.py", *arguments], capture_output=True, text=True)

    def test_a_quote_is_printed_and_a_fault_is_told(self):
        self.assertIn("192.13", self.run_it("plan", "team", "--calls", "261204", "--country", "IE").stdout)
        self.assertIn("61.50", self.run_it("change", "starter", "team", "--left", "15", "--of", "30", "--country", "IE").stdout)
        done = self.run_it("change", "team", "starter", "--left", "15", "--of", "30", "--country", "IE")
        self.assertIn("refused: less than nothing: issue a credit note", done.stderr)
        done = self.run_it("plan", "team", "--country", "FR")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("refused: a client in FR needs its VAT number", done.stderr)


if __name__ == "__main__":
    unittest.main()
