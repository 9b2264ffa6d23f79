"""What the logs weigh and cost, computed from traffic.yaml: python3 volume.py prints volume.csv."""
import csv
import re
import sys
from pathlib import Path

TRAFFIC = (Path(__file__).resolve().parents[2] / "reference/traffic.yaml").read_text(encoding="utf-8")

# ANCHOR: tiers
# Days a line spends in a tier, stored bytes for each byte logged, and euro a gigabyte and month (hosting contract).
TIERS = [
    ("search", 14, 1.3, 0.10, "plain files and an index on ops-1"),
    ("archive", 76, 0.12, 0.02, "compressed in object storage"),
]
# ANCHOR_END: tiers


def figure(name):
    return float(re.search(rf"^ *{name}: ([\d.]+)", TRAFFIC, re.M)[1])


def rows():
    gb_day = figure("lines_day") * figure("bytes_line") / 1e9
    for tier, days, stored, price, form in TIERS:
        size = gb_day * days * stored
        peak = size * (1 + figure("growth"))
        yield {"tier": tier, "days": days, "form": form, "gb": f"{size:.1f}", "gb_in_a_year": f"{peak:.1f}",
               "eur_month": f"{size * price:.2f}"}


def main(out=sys.stdout):
    table = list(rows())
    writer = csv.DictWriter(out, table[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)


if __name__ == "__main__":
    main()
