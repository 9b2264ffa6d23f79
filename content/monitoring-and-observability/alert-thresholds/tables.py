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


def link(runbook):
    """A link from the page, in Markdown, to where the first step stands."""
    page, sign, section = runbook.partition("#")
    title = "Below" if "without-a-page" in section else page.split("/")[-1].replace("-", " ").capitalize()
    return f"[{title}](../../{page}{'.md' if page.count('/') > 1 else '/index.md'}{sign}{section})"


def burns():
    """One row for each pair of windows; its first step depends on the service."""
    runbooks = {row["id"]: f"error-handling-and-recovery/recovery-procedures/{row['runbook']}" for row in rows(REFERENCE / "services.csv")}
    steps = {}
    for slo in rows(REFERENCE / "slos.csv"):
        for alert in burning(slo):
            steps.setdefault((alert["alert"], alert["severity"]), {}).setdefault(runbooks[slo["service"]], set()).add(slo["service"])
    for (name, severity), found in steps.items():
        how = "; ".join(f"{', '.join(sorted(services))}: {link(runbook)}" for runbook, services in sorted(found.items()))
        yield name, severity, "platform", "0m", "An error budget burns too fast", how


def alerts():
    yield "alert", "severity", "owner", "after", "it means", "first step"
    found = [(row["alert"], row["severity"], row["owner"], row["for"], row["means"], link(row["runbook"]))
             for row in [*rows(HERE / "thresholds.csv"), near_limits()]]
    # By severity, the heartbeat last.
    yield from sorted([*burns(), *found], key=lambda row: (row[1] == "heartbeat", row[1]))


def main(name, out=sys.stdout):
    csv.writer(out, lineterminator="\n").writerows({"burn": burn, "alerts": alerts}[name]())


if __name__ == "__main__":
    main(sys.argv[1])
