"""Plans, assigns and reads experiments. Standard library only; the same input gives the same answer.

    python3 experiment.py plan --baseline 0.40 --effect 0.05 --people-week 900
    python3 experiment.py read results.csv
"""
import argparse
import csv
import hashlib
import math
import sys
from dataclasses import dataclass
from statistics import NormalDist

NORMAL = NormalDist()
ALPHA = 0.05  # Two-sided, for the one decision at the end.
POWER = 0.80
HARM_ALPHA = 0.001  # One-sided, for a guardrail looked at every day (Haybittle-Peto).
MISMATCH_ALPHA = 0.001  # Below this the split itself is broken and nothing may be read.
MIN_DAYS, MAX_DAYS = 14, 56
BUCKETS = 10_000


# ANCHOR: assign
def bucket(flag_key, targeting_key):
    """The bucket of Feature Flags: a number from 0 to 9,999 that depends on both keys alone."""
    digest = hashlib.sha256(f"{flag_key}:{targeting_key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def assign(flag_key, user_id, share):
    """`treatment`, `control`, or None for whoever takes no part. `share` is that of one arm, in percent.

    Only a person who is in an arm is counted, and only from the moment they could see the difference.
    """
    place = bucket(flag_key, user_id)
    if place < round(share * BUCKETS / 100):
        return "treatment"
    if place < round(2 * share * BUCKETS / 100):
        return "control"
    return None
# ANCHOR_END: assign


# ANCHOR: plan
def people_per_arm(baseline, effect, alpha=ALPHA, power=POWER):
    """How many people each arm needs to find a change of `effect` in a share of `baseline`.

    Two proportions, normal approximation, two-sided: Fleiss, Levin and Paik, Statistical Methods for
    Rates and Proportions, 3rd edition, section 4.2 (without the continuity correction).
    """
    changed = baseline + effect
    if not (0 < baseline < 1 and 0 < changed < 1) or effect == 0:
        raise ValueError("baseline and baseline + effect must lie between 0 and 1, and differ")
    mean = (baseline + changed) / 2
    spread_equal = math.sqrt(2 * mean * (1 - mean))
    spread_differs = math.sqrt(baseline * (1 - baseline) + changed * (1 - changed))
    z_alpha, z_power = NORMAL.inv_cdf(1 - alpha / 2), NORMAL.inv_cdf(power)
    return math.ceil(((z_alpha * spread_equal + z_power * spread_differs) / effect) ** 2)


def days_needed(per_arm, people_week):
    """Whole weeks, so that each day of the week counts alike; None when it would take too long."""
    weeks = math.ceil(2 * per_arm / people_week)
    days = max(MIN_DAYS, 7 * weeks)
    return days if days <= MAX_DAYS else None
# ANCHOR_END: plan


@dataclass(frozen=True)
class Arm:
    people: int
    successes: int

    def __post_init__(self):
        if not 0 <= self.successes <= self.people or self.people == 0:
            raise ValueError("successes must lie between 0 and people, and an arm needs people")

    @property
    def share(self):
        return self.successes / self.people


# ANCHOR: read
def mismatch(control, treatment):
    """The probability of so uneven a split if both arms were really equal in size (chi-squared, 1 df)."""
    expected = (control.people + treatment.people) / 2
    chi_squared = 2 * (control.people - expected) ** 2 / expected
    return 2 * (1 - NORMAL.cdf(math.sqrt(chi_squared)))


def difference(control, treatment, alpha=ALPHA):
    """Treatment less control, with the ends of its confidence interval (Newcombe 1998, method 10)."""
    z = NORMAL.inv_cdf(1 - alpha / 2)
    low_c, high_c = wilson(control, z)
    low_t, high_t = wilson(treatment, z)
    change = treatment.share - control.share
    low = change - math.hypot(treatment.share - low_t, high_c - control.share)
    high = change + math.hypot(high_t - treatment.share, control.share - low_c)
    return change, low, high


def wilson(arm, z):
    n, p = arm.people, arm.share
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def decide(days, control, treatment, guardrails=()):
    """What to do, in one word, with the reason. Guardrails are pairs of arms that count harm."""
    if mismatch(control, treatment) < MISMATCH_ALPHA:
        return "void", "the split is uneven: find the fault in assignment or counting, and start anew"
    for name, guard_control, guard_treatment in guardrails:
        if difference(guard_control, guard_treatment, alpha=2 * HARM_ALPHA)[1] > 0:
            return "stop", f"{name} got worse"
    if days < MIN_DAYS or days % 7:
        return "wait", "only guardrails are read before the planned end, and it is a whole week"
    change, low, high = difference(control, treatment)
    if low > 0:
        return "ship", f"{change:+.1%} (95 % interval {low:+.1%} to {high:+.1%})"
    if high < 0:
        return "drop", f"{change:+.1%} (95 % interval {low:+.1%} to {high:+.1%})"
    return "drop", f"no difference found: the interval {low:+.1%} to {high:+.1%} holds 0"
# ANCHOR_END: read


def read_results(path):
    """Days, primary arms and guardrails from a file with the columns measure, arm, people, successes, days."""
    arms, days = {}, 0
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            arms.setdefault(row["measure"], {})[row["arm"]] = Arm(int(row["people"]), int(row["successes"]))
            days = int(row["days"])
    primary = arms.pop("primary")
    guards = [(name, pair["control"], pair["treatment"]) for name, pair in sorted(arms.items())]
    return days, primary["control"], primary["treatment"], guards


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    plan = commands.add_parser("plan")
    plan.add_argument("--baseline", type=float, required=True, help="the share today, 0 to 1")
    plan.add_argument("--effect", type=float, required=True, help="the smallest change worth having")
    plan.add_argument("--people-week", type=int, required=True, help="people who reach the point each week")
    commands.add_parser("read").add_argument("results")
    options = parser.parse_args(arguments)
    if options.command == "read":
        word, reason = decide(*read_results(options.results))
        print(f"{word}: {reason}")
        return 0
    per_arm = people_per_arm(options.baseline, options.effect)
    days = days_needed(per_arm, options.people_week)
    print(f"{per_arm} people in each arm")
    print(f"{days} days" if days else f"more than {MAX_DAYS} days: don't run it")
    return 0 if days else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
