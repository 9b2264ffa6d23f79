"""Computes the table of cases again: `python3 cases.py` prints what calculator.py makes of each row of cases.csv."""

import csv
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import calculator


def computed(row):
    discounts = [calculator.pair(text) for text in row["discounts"].split()]
    lines = calculator.plan_lines(calculator.plan_of(row["plan"]), int(row["calls"]), discounts, int(row["months"]))
    offer = calculator.quote(lines, calculator.tax_rule(row["country"], row["vat_id"]))
    return {**row, "net": calculator.euros(offer.net_minor), "tax": calculator.euros(offer.tax_minor),
            "total": calculator.euros(offer.total_minor)}


if __name__ == "__main__":
    table = calculator.rows(HERE / "cases.csv")
    out = csv.DictWriter(sys.stdout, table[0], lineterminator="\n")
    out.writeheader()
    out.writerows(computed(row) for row in table)
