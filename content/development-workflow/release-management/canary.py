"""Judges the first host of a release against the other one, and says what such a look can find.

    python3 canary.py canary.csv      go on, wait, hold or roll back; exit status 0, 3, 4 or 1
    python3 canary.py power           the chance to stop a release by how bad it is

Python 3.11, standard library only. The traffic is that of traffic.yaml.
"""
import csv
import math
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MINUTES, LONGEST = 5, 30
LEAST_REQUESTS = 300
LEAST_ERRORS, LEAST_SHARE, TIMES = 10, 0.005, 3
SLOW_TIMES, LEAST_SLOW = 2, 30


# ANCHOR: judge
def judge(canary, other):
    """A verdict with its reason. Both hosts have `requests`, `errors` (5xx) and `slow` (over the objective)."""
    if canary["requests"] < LEAST_REQUESTS:
        return "wait", f"{canary['requests']} requests, at least {LEAST_REQUESTS}"
    for what, least, share, times in (("errors", LEAST_ERRORS, LEAST_SHARE, TIMES), ("slow", LEAST_SLOW, 0, SLOW_TIMES)):
        here, there = (host[what] / max(host["requests"], 1) for host in (canary, other))
        if canary[what] >= least and here > share:
            if here > times * there:
                return "roll back", f"{what}: {here:.2%} here, {there:.2%} on the other host"
            if what == "errors":
                return "hold", f"{what}: {here:.2%} here and {there:.2%} there: something else is wrong"
    return "go on", "no worse than the other host"
# ANCHOR_END: judge


# ANCHOR: power
def chance(requests, share):
    """The chance that so many requests, failing at this share, show enough errors to roll back."""
    need = max(LEAST_ERRORS, math.floor(requests * LEAST_SHARE) + 1)
    below = sum(math.exp(math.lgamma(requests + 1) - math.lgamma(k + 1) - math.lgamma(requests - k + 1)
                         + k * math.log(share) + (requests - k) * math.log1p(-share)) for k in range(need))
    return max(0.0, 1 - below)


def power(mean_rate):
    """Rows of the table: half of the mean traffic of portal and API goes to the canary."""
    for share in (0.0005, 0.002, 0.005, 0.01, 0.02, 0.05):
        yield [f"{share:.2%}"] + [f"{chance(round(mean_rate / 2 * 60 * minutes), share):.0%}" for minutes in (MINUTES, LONGEST)]
# ANCHOR_END: power


def mean_rate(text):
    return sum(float(rate) for rate in re.findall(r"^  rps_mean: ([\d.]+)$", text, re.M))


def main(arguments):
    if arguments == ["power"]:
        rate = mean_rate((HERE.parents[1] / "reference/traffic.yaml").read_text(encoding="utf-8"))
        print("failing requests,stopped in 5 minutes,stopped in 30 minutes")
        print(*(",".join(row) for row in power(rate)), sep="\n")
        return 0
    with open(arguments[0], encoding="utf-8", newline="") as file:
        hosts = {row.pop("host"): {key: int(value) for key, value in row.items()} for row in csv.DictReader(file)}
    verdict, reason = judge(hosts["canary"], hosts["other"])
    print(f"{verdict}: {reason}")
    return {"go on": 0, "roll back": 1, "wait": 3, "hold": 4}[verdict]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
