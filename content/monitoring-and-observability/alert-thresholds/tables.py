"""The tables of the page: python3 tables.py burn prints burn.csv, python3 tables.py alerts prints alerts.csv."""
import csv
import sys

from rules import HERE, REFERENCE, burning, near_limits, rows, seconds


def length(number):
    return f"{number / 60:.1f} min" if number < 7200 else f"{number / 3600:.1f} h"


def burn():
    yield "objective", "windows", "bad events above", "severity", "of the month's budget", "fires after a full outage of"
    for slo in rows(REFERENCE / "slos.csv"):
        budget = 1 - float(slo["objective"]) / 100
        for pair, alert in zip(slo["burn_windows"].split(), burning(slo)):
            long, short, rate = pair.split(":")
            limit = float(rate) * budget
            yield (slo["id"], f"{long} and {short}", f"{limit:.2%}", alert["severity"],
                   f"{float(rate) * seconds(long) / seconds(slo['window']):.0%}", length(limit * seconds(long)))


def alerts():
    yield "alert", "severity", "owner", "after", "it means", "first step"
    order = {"heartbeat": "SEV9"}
    for row in sorted([*rows(HERE / "thresholds.csv"), near_limits()], key=lambda row: order.get(row["severity"], row["severity"])):
        title = row["runbook"].split("/")[-1].replace("-", " ").capitalize()
        page = f"{row['runbook']}.md" if row["runbook"].count("/") > 1 else f"{row['runbook']}/index.md"
        yield row["alert"], row["severity"], row["owner"], row["for"], row["means"], f"[{title}](../../{page})"


def main(name, out=sys.stdout):
    csv.writer(out, lineterminator="\n").writerows({"burn": burn, "alerts": alerts}[name]())


if __name__ == "__main__":
    main(sys.argv[1])
