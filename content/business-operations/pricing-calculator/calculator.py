"""What a client pays: plans, discounts, changes within a period, fixed projects, and the tax on all of them.

Amounts are whole minor units (cents). A month of a plan and proration come from pricing.py, the tested code of the page
Unit Test Examples; prices and limits come from plans.csv, discounts.csv, rates.csv and tax.csv.

    python3 calculator.py plan team --calls 261204 --country IE
    python3 calculator.py change starter team --left 15 --of 30 --country IE
    python3 calculator.py project engineer=8 designer=1 lead=2 --country DE --vat DE123456789
"""

import argparse
import csv
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"
sys.path.insert(0, str(HERE.parents[1] / "testing-and-quality-assurance" / "unit-test-examples"))

import pricing

MOST_OFF = 30  # Per cent of the plan's list price that all discounts together may take.
CONTINGENCY = (15, 30)  # Per cent: known work; work with a part that nobody here has done before.
STEP = 10_000  # Prices of projects are whole hundreds of euros.
INSTALMENTS = (30, 40, 30)  # Per cent at signature, at delivery, at acceptance.
EU = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IT LT LU LV MT NL PL PT RO SE SI SK".split())  # Without Ireland.
PREFIX = {"GR": "EL"}  # Where the VAT number doesn't begin with the country's code.


class Refused(ValueError):
    """Nothing can be quoted; the message says what is missing."""


@dataclass(frozen=True)
class Line:
    description: str
    quantity: Fraction
    unit_minor: int
    net_minor: int


@dataclass(frozen=True)
class Quote:
    lines: tuple
    taxes: tuple  # Of each line; they add up to `tax_minor`.
    net_minor: int
    tax_minor: int
    category: str
    note: str

    @property
    def total_minor(self):
        return self.net_minor + self.tax_minor


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plan_of(name):
    """A plan that is on sale."""
    for row in rows(REFERENCE / "plans.csv"):
        if row["id"] == name:
            return pricing.Plan(name, int(row["price_minor"]), int(row["included"]), int(row["overage_minor"]))
    raise Refused(f"no such plan: {name}")


# ANCHOR: rounding
def half_up(amount):
    """To a whole cent; exactly half a cent goes up (towards plus infinity), as in pricing.prorate."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def percent(amount_minor, share):
    return half_up(Fraction(amount_minor) * share / 100)


def line(description, quantity, unit_minor):
    return Line(description, Fraction(quantity), unit_minor, half_up(Fraction(quantity) * unit_minor))
# ANCHOR_END: rounding


# ANCHOR: plan
def plan_lines(plan, calls, discounts=(), months=1):
    """The plan for the months ahead, the calls of the month behind, and each discount, as lines of an invoice."""
    if months != 12 and "annual" in dict(discounts):
        raise Refused("the annual discount is for twelve months paid ahead")
    lines = [line(f"Plan {plan.id}", months, plan.price_minor)]
    overage = pricing.charge(plan, calls) - plan.price_minor
    if overage:
        lines.append(line("Thousand calls beyond the plan", overage // plan.overage_minor, plan.overage_minor))
    return lines + discount_lines(plan.price_minor * months, discounts)


def discount_lines(price_minor, discounts):
    """Discounts take from the price of the plan, never from overage; each from what the one before has left."""
    known = {row["id"]: row for row in rows(HERE / "discounts.csv")}
    for name, value in discounts:
        whole = name in known and (known[name]["kind"] == "percent" or value.denominator == 1)
        if not whole or not 0 < value <= int(known[name]["most"]):
            raise Refused(f"no such discount: {name} {value}")
    if len({name for name, _ in discounts}) < len(discounts):
        raise Refused("each discount counts once")
    lines, taken, most = [], 0, percent(price_minor, MOST_OFF)
    for name, value in sorted(discounts, key=lambda item: int(known[item[0]]["order"])):
        left = price_minor - taken
        cut = min(int(value) if known[name]["kind"] == "amount" else percent(left, value), most - taken)
        taken += cut
        if cut:
            lines.append(line(f"Discount {name}", -1, cut))
    return lines
# ANCHOR_END: plan


# ANCHOR: change
def change_lines(old, new, left, days, discounts=()):
    """A change of plan: the rest of the new one less the rest of the old one, both after discounts."""
    old, new = (replace(plan, price_minor=plan.price_minor + sum(each.net_minor for each in
                discount_lines(plan.price_minor, discounts))) for plan in (old, new))
    lines = [line(f"Plan {new.id}, {left} of {days} days", 1, pricing.prorate(new.price_minor, left, days)),
             line(f"Plan {old.id}, {left} of {days} days not used", -1, pricing.prorate(old.price_minor, left, days))]
    assert sum(each.net_minor for each in lines) == pricing.change(old, new, left, days)
    return lines


def early_refund(plan, used, discounts=()):
    """What is paid back of a year paid ahead that ends after `used` months: these cost as much as single months would."""
    paid = sum(each.net_minor for each in plan_lines(plan, 0, discounts, 12))
    single = [each for each in discounts if each[0] != "annual"]
    month = plan.price_minor + sum(each.net_minor for each in discount_lines(plan.price_minor, single))
    return max(0, paid - used * month)
# ANCHOR_END: change


# ANCHOR: project
def project_price(days, contingency=CONTINGENCY[0]):
    """A fixed price: days by role, in halves; contingency; up to the next whole hundred euros."""
    rates = {row["role"]: int(row["day_minor"]) for row in rows(HERE / "rates.csv")}
    if contingency not in CONTINGENCY:
        raise Refused("contingency is 15 or 30 per cent; above that sell a discovery first")
    for role, count in days.items():
        if role not in rates or count <= 0 or (count * 2).denominator != 1:
            raise Refused(f"days of a known role, in halves: {role} {count}")
    effort = sum(Fraction(count) * rates[role] for role, count in days.items())
    return -(-effort * (100 + contingency) // (100 * STEP)) * STEP


def instalments(price_minor):
    """What is invoiced at signature, delivery and acceptance; the last takes what rounding has left."""
    first, second = (percent(price_minor, share) for share in INSTALMENTS[:2])
    return first, second, price_minor - first - second
# ANCHOR_END: project


# ANCHOR: tax
def tax_rule(country, vat_id="", proven=True, lapsed=False):
    """The row of tax.csv for a business there. `proven` says that somebody has looked the number up; `lapsed` that
    a client's number is gone and it hasn't given another."""
    rules = {row["id"]: row for row in rows(HERE / "tax.csv")}
    if country == "IE" or country in EU and lapsed:
        return rules["domestic"]
    if country in EU and not vat_id.startswith(PREFIX.get(country, country)):
        raise Refused(f"a client in {country} needs its VAT number there: we sell to businesses only")
    if not proven:
        raise Refused("the number isn't confirmed in VIES or the public register")
    return rules["eu" if country in EU else "world"]


def quote(lines, rule):
    """Tax is rounded once, on the sum; the lines get shares of it that add up."""
    net = sum(each.net_minor for each in lines)
    if net < 0:
        raise Refused("less than nothing: issue a credit note on the invoice before")
    exact = [Fraction(each.net_minor) * int(rule["rate"]) / 100 for each in lines]
    tax = half_up(sum(exact, Fraction()))
    shares = [share.numerator // share.denominator for share in exact]
    by_rest = sorted(range(len(lines)), key=lambda n: (shares[n] - exact[n], n))  # The largest remainder first.
    for n in by_rest[:tax - sum(shares)]:
        shares[n] += 1
    return Quote(tuple(lines), tuple(shares), net, tax, rule["category"], rule["note"])
# ANCHOR_END: tax


def euros(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100:,}.{abs(minor) % 100:02}"


def show(offer):
    for each in offer.lines:
        print(f"{each.description:<40}{float(each.quantity):>7g} x {euros(each.unit_minor):>9}{euros(each.net_minor):>12}")
    print(f"{'Net, EUR':<58}{euros(offer.net_minor):>12}")
    print(f"{'Tax, category ' + offer.category:<58}{euros(offer.tax_minor):>12}")
    print(f"{'Total, EUR':<58}{euros(offer.total_minor):>12}")
    print(offer.note)


def pair(text):
    name, _, value = text.partition("=")
    return name, Fraction(value)


def lines_of(given):
    if given.command == "plan":
        return plan_lines(plan_of(given.plan), given.calls, given.discount, given.months)
    if given.command == "change":
        return change_lines(plan_of(given.old), plan_of(given.new), given.left, given.of, given.discount)
    parts = zip(("signature", "delivery", "acceptance"), instalments(project_price(dict(given.days), given.contingency)))
    return [line(f"Fixed project, at {when}", 1, part) for when, part in parts]


def main(arguments):
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    plan = commands.add_parser("plan")
    plan.add_argument("plan")
    plan.add_argument("--calls", type=int, default=0, help="calls of the month behind")
    plan.add_argument("--months", type=int, default=1, choices=(1, 12))
    plan.add_argument("--discount", type=pair, action="append", default=[], help="as annual=10 or voucher=5000 (cents)")
    change = commands.add_parser("change")
    change.add_argument("old")
    change.add_argument("new")
    change.add_argument("--left", type=int, required=True, help="days left, that of the change included")
    change.add_argument("--of", type=int, required=True, help="days of the period")
    change.add_argument("--discount", type=pair, action="append", default=[])
    project = commands.add_parser("project")
    project.add_argument("days", type=pair, nargs="+", help="as engineer=8")
    project.add_argument("--contingency", type=int, default=CONTINGENCY[0])
    for command in (plan, change, project):
        command.add_argument("--country", required=True)
        command.add_argument("--vat", default="")
        command.add_argument("--lapsed", action="store_true", help="the client's VAT number is no longer valid")
    given = parser.parse_args(arguments)
    try:
        show(quote(lines_of(given), tax_rule(given.country, given.vat, lapsed=given.lapsed)))
    except (Refused, ValueError) as fault:
        sys.exit(f"refused: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
