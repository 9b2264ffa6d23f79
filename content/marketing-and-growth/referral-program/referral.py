"""The referral program: codes, who has earned what, and what an invoice may use of it.

Figures come from rules.csv and rewards.csv; discounts are those of the pricing calculator. Amounts are cents of EUR.

    python3 referral.py code acme
    python3 referral.py judge referrals.csv --today 2026-11-25
"""

import argparse
import csv
import hashlib
import sqlite3
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "business-operations" / "pricing-calculator"))

import calculator

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # Without those that are mistaken for each other; 31, a prime.


def rows(name):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


RULES = {row["id"]: int(row["value"]) for row in rows("rules.csv")}
REWARDS = {row["plan"]: row for row in rows("rewards.csv")}


# ANCHOR: code
def code_of(slug):
    """The code of a client: seven letters that follow from its slug, and one that catches a slip of the pen."""
    number = int.from_bytes(hashlib.sha256(f"referral:{slug}".encode()).digest()[:8], "big")
    body = ""
    for _ in range(7):
        number, letter = divmod(number, len(LETTERS))
        body += LETTERS[letter]
    return body + check_letter(body)


def check_letter(body):
    """Weights 1 to 7 modulo a prime: every wrong letter and every swap of two letters shows."""
    return LETTERS[sum(place * LETTERS.index(letter) for place, letter in enumerate(body, 1)) % len(LETTERS)]


def is_code(text):
    known = len(text) == 8 and set(text) <= set(LETTERS)
    return known and text[7] == check_letter(text[:7])
# ANCHOR_END: code


@dataclass(frozen=True)
class Referral:
    """What is known of one referral when somebody judges it. Days are dates, or None where nothing happened yet."""

    code: str
    referrer: str
    referred: str
    plan: str
    given: date
    ordered: date
    named: date  # When the code reached us: with the order, or later.
    paid: tuple = ()  # Days on which invoices of the plan were paid.
    refunded: date | None = None
    left: date | None = None  # When the business was our client before.
    same: str = ""  # What the two businesses share: vat-id, payment, address, domain, owner.
    overdue: bool = False
    referrer_active: bool = True


# ANCHOR: judge
def judge(case, today):
    """`refused`, `lapsed`, `wait`, `review` or `earned`, and why. The first rule that matches decides."""
    days = {name: timedelta(days=value) for name, value in RULES.items()}
    if not is_code(case.code) or case.code != code_of(case.referrer):
        return "refused", "no such code"
    if not case.given <= case.ordered <= case.given + days["code-days"]:
        return "refused", "the code was not valid on the day of the order"
    if case.named > case.ordered + days["late-days"]:
        return "refused", "the code came too late"
    if case.referrer == case.referred or case.same:
        return "refused", f"the same business: {case.same or 'slug'}"
    if case.left and months_between(case.left, case.ordered) < RULES["gone-months"]:
        return "refused", "was our client not long ago"
    if case.refunded:
        return "refused", "its money went back"
    paid = sorted(case.paid)
    enough = len(paid) >= RULES["invoices"]
    ready = max(paid[0] + days["wait-days"], paid[RULES["invoices"] - 1]) if enough else None
    last = case.ordered + days["lapse-days"]
    if (ready or today) > last:
        return "lapsed", f"not earned by {last}"
    if not ready or today < ready:
        return "wait", f"until {ready}" if ready else f"{len(paid)} of {RULES['invoices']} invoices paid"
    if case.overdue or not case.referrer_active:
        return "wait", "an invoice is overdue" if case.overdue else "the referrer is no active client"
    return "earned", f"{REWARDS[case.plan]['referrer_minor']}"
# ANCHOR_END: judge


def months_between(earlier, later):
    """Whole calendar months."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


# ANCHOR: amount
def reward(plan, within_year, referrals_within_year):
    """Cents for one earned referral, and whether a person looks first; the year's cap cuts the last one."""
    left = max(0, RULES["year-most"] - within_year)
    amount = min(int(REWARDS[plan]["referrer_minor"]), left)
    return amount, referrals_within_year + 1 >= RULES["review-from"]


def usable(balance, price_minor, discounts=()):
    """How much of a balance the next invoice may use: one voucher, within the limits of all discounts."""
    most = next(int(row["most"]) for row in calculator.rows(calculator.HERE / "discounts.csv") if row["id"] == "voucher")
    amount = min(balance, most)
    if amount <= 0:
        return 0
    lines = calculator.discount_lines(price_minor, [*discounts, ("voucher", Fraction(amount))])
    return sum(each.unit_minor for each in lines if each.description == "Discount voucher")
# ANCHOR_END: amount


LEDGER = """
-- ANCHOR: ledger
-- The ledger of the referral program: one SQLite file, kept by finance. Amounts are cents of EUR.
-- Clients and codes are named by the organisation's slug; there are no people in it.
pragma foreign_keys = on;

create table codes (
    code     text primary key check (length(code) = 8),
    referrer text not null unique,
    given_on text not null check (given_on = date(given_on))
);

create table referrals (
    referred   text primary key,  -- a business is new once
    code       text not null references codes (code),
    plan       text not null,
    ordered_on text not null check (ordered_on = date(ordered_on))
);
create trigger referrals_not_oneself before insert on referrals
when new.referred = (select referrer from codes where code = new.code)
begin
    select raise(abort, 'nobody refers themselves');
end;

-- Entries are added, never changed: a mistake is put right by a further entry.
create table entries (
    number   integer primary key,
    on_day   text    not null check (on_day = date(on_day)),
    referrer text    not null references codes (referrer),
    kind     text    not null check (kind in ('reward', 'used', 'reversed', 'expired')),
    minor    integer not null,
    referred text    references referrals (referred),
    invoice  text,
    by       text    not null,  -- who decided, a role
    constraint sign check ((kind = 'reward') = (minor > 0) and minor <> 0),
    constraint about check ((kind in ('reward', 'reversed')) = (referred is not null)),
    constraint paid_by check ((kind = 'used') = (invoice is not null)),
    constraint once unique (kind, referred),
    constraint one_invoice unique (invoice)
);
create trigger entries_kept before update on entries begin select raise(abort, 'entries are never changed'); end;
create trigger entries_stay before delete on entries begin select raise(abort, 'entries are never deleted'); end;
create trigger entries_own before insert on entries
when new.referred is not null and new.referrer <> (
    select referrer from codes join referrals using (code) where referred = new.referred)
begin
    select raise(abort, 'the reward belongs to the referrer of that client');
end;
create trigger entries_covered before insert on entries
when new.kind in ('used', 'expired') and new.minor + (
    select coalesce(sum(minor), 0) from entries where referrer = new.referrer) < 0
begin
    select raise(abort, 'the balance is smaller than that');
end;
create trigger entries_whole before insert on entries
when new.kind = 'reversed' and -new.minor is not (
    select minor from entries where kind = 'reward' and referred = new.referred)
begin
    select raise(abort, 'a reward is taken back as a whole, and once');
end;

create view balances as
    select referrer, sum(minor) as minor, max(case when kind = 'reward' then on_day end) as rewarded_on
    from entries group by referrer;
-- ANCHOR_END: ledger
"""


def open_ledger(path=":memory:"):
    """The ledger; an empty file becomes one."""
    ledger = sqlite3.connect(path)
    ledger.execute("pragma foreign_keys = on")
    if not ledger.execute("select 1 from sqlite_master where name = 'entries'").fetchone():
        ledger.executescript(LEDGER)
    return ledger


def read(row):
    day = {name: date.fromisoformat(row[name]) for name in ("given", "ordered", "named")}
    paid = tuple(date.fromisoformat(part) for part in row["paid"].split())
    other = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("refunded", "left")}
    words = {name: row[name] for name in ("code", "referrer", "referred", "plan", "same")}
    return Referral(**words, **day, **other, paid=paid, overdue=row["overdue"] == "yes",
                    referrer_active=row["referrer_active"] == "yes")


def main(arguments):
    parser = argparse.ArgumentParser(description="Codes and rewards of the referral program.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("code", help="the code of a client").add_argument("slug")
    cases = commands.add_parser("judge", help="what each referral has earned")
    cases.add_argument("file")
    cases.add_argument("--today", type=date.fromisoformat, default=date.today())
    given = parser.parse_args(arguments)
    if given.command == "code":
        print(code_of(given.slug))
        return
    with open(given.file, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            verdict, why = judge(read(row), given.today)
            print(f"{row['referred']:<18} {verdict:<8} {why}")


if __name__ == "__main__":
    main(sys.argv[1:])
