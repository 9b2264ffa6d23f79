"""Makes the rules of Prometheus: burn rates from slos.csv, the rest from thresholds.csv and callers.csv.

python3 rules.py objectives prints objectives.rules.yaml, python3 rules.py thresholds prints alerts.yaml. Standard library
only; texts are JSON strings, which YAML reads as they are.
"""
import csv
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"
HANDBOOK = "https://handbook.harbourline.example/"
LEAST_BAD = 10  # Bad events in the long window before a burn counts: three failures at night wake nobody.
SECONDS = {"m": 60, "h": 3600, "d": 86400}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(length):
    return int(length[:-1]) * SECONDS[length[-1]]


# ANCHOR: burn
def recorded(slo):
    """The share of bad events, and the events a second, over each window that the objective needs."""
    windows = {part for pair in slo["burn_windows"].split() for part in pair.split(":")[:2]} | {slo["window"]}
    total = slo["sli_query"].rsplit(" / ", 1)[1]
    for window in sorted(windows, key=seconds):
        labels = {"slo": slo["id"]}
        yield f"slo:events:rate{window}", total.replace("$window", window), labels
        # Without one bad event there is no series of them, which would look like no figure at all.
        yield f"slo:bad:share{window}", f"({slo['sli_query']}) or 0 * {total}".replace("$window", window), labels


def burning(slo):
    """One alert for each pair of windows: both burn too fast, and enough events were bad to speak of."""
    budget = round(1 - float(slo["objective"]) / 100, 6)
    for pair in slo["burn_windows"].split():
        long, short, rate = pair.split(":")
        limit = f"{float(rate) * budget:.6g}"
        this = f'{{slo="{slo["id"]}"}}'
        expr = (f"slo:bad:share{long}{this} > {limit} and slo:bad:share{short}{this} > {limit}"
                f" and slo:bad:share{long}{this} * slo:events:rate{long}{this} * {seconds(long)} >= {LEAST_BAD}")
        spent = float(rate) * seconds(long) / seconds(slo["window"])
        yield {"alert": f"BudgetBurns{long}", "severity": "SEV2" if float(rate) >= 6 else "SEV3", "for": "0m",
               "expr": expr, "means": f"{spent:.0%} of the month's error budget of {slo['id']} went within {long}"}
# ANCHOR_END: burn


def near_limits():
    """Below the share that each provider's row names, for 10 minutes: a ticket."""
    shares = {}
    for row in rows(HERE.parents[1] / "integration-details/third-party-api-limits/callers.csv"):
        shares.setdefault(row["alert_remaining"], set()).add(row["provider"])
    parts = [f'min by (provider) (provider_rate_limit_remaining_ratio{{provider=~"{"|".join(sorted(names))}"}}) < {share}'
             for share, names in sorted(shares.items())]
    return {"alert": "ProviderNearLimit", "severity": "SEV4", "owner": "platform", "for": "10m", "expr": " or ".join(parts),
            "runbook": "integration-details/third-party-api-limits", "means": "Little is left of a provider's limit"}


def url(runbook):
    """The page as it is published: `area/gap#section` → `area/gap.html#section`."""
    page, sign, section = runbook.partition("#")
    return f"{HANDBOOK}{page}.html{sign}{section}"


def rule(alert, **labels):
    return {"alert": alert["alert"], "expr": alert["expr"], "for": alert["for"],
            "labels": {"severity": alert["severity"], "owner": alert["owner"], **labels},
            "annotations": {"summary": alert["means"], "runbook": url(alert["runbook"])}}


def groups():
    """The file that a group belongs to, its name, its interval, its rules."""
    slos, services = rows(REFERENCE / "slos.csv"), {row["id"]: row for row in rows(REFERENCE / "services.csv")}
    records = [{"record": name, "expr": expr, "labels": labels} for slo in slos for name, expr, labels in recorded(slo)]
    # Windows of days move slowly and cost most: every 5 minutes is enough for them.
    slow = [record for record in records if record["record"].endswith("d")]
    budgets = [{"record": "slo:budget_left:ratio", "labels": {"slo": slo["id"]}, "expr":
                f'1 - slo:bad:share{slo["window"]}{{slo="{slo["id"]}"}} / {round(1 - float(slo["objective"]) / 100, 6)}'}
               for slo in slos]
    alerts = [rule({**alert, "owner": "platform", "runbook": "error-handling-and-recovery/recovery-procedures/"
                    + services[slo["service"]]["runbook"]}, service=slo["service"], slo=slo["id"])
              for slo in slos for alert in burning(slo)]
    yield "objectives", "objectives", "30s", [record for record in records if record not in slow]
    yield "objectives", "objectives-of-days", "5m", slow + budgets
    yield "objectives", "burn-rates", "30s", alerts
    yield "thresholds", "thresholds", "30s", [rule(row) for row in [*rows(HERE / "thresholds.csv"), near_limits()]]


def main(wanted, out=sys.stdout):
    print("# Made by rules.py from slos.csv, thresholds.csv and callers.csv: change those.\ngroups:", file=out)
    for file, name, interval, rules in groups():
        if file != wanted:
            continue
        print(f"  - name: {name}\n    interval: {interval}\n    rules:", file=out)
        for entry in rules:
            lead = "- "
            for key, value in entry.items():
                if isinstance(value, dict):
                    print(f"        {key}:", file=out)
                    for inner, text in value.items():
                        print(f"          {inner}: {json.dumps(text, ensure_ascii=False)}", file=out)
                else:
                    print(f"      {lead}{key}: {json.dumps(value, ensure_ascii=False)}", file=out)
                lead = "  "


if __name__ == "__main__":
    main(sys.argv[1])
