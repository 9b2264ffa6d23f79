"""Limits of the API: how many requests an organisation may make, and what it is told.

Python 3.11, standard library only. Times are whole microseconds, so that no rounding gives a request away.
"""

import csv
import math
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECOND = 1_000_000


@dataclass(frozen=True)
class Policy:
    """`per_minute` on average, `burst` at once."""

    name: str
    per_minute: int
    burst: int

    @property
    def interval(self):
        """Microseconds that one request of cost 1 takes to come back."""
        return 60 * SECOND // self.per_minute


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    remaining: int
    retry_after_s: int  # 0 when allowed.
    full_in_s: int


def plans(path=HERE.parents[1] / "reference" / "plans.csv"):
    """The policy of each plan."""
    with open(path, encoding="utf-8", newline="") as file:
        return {row["id"]: Policy("plan", int(row["rate_min"]), int(row["burst"])) for row in csv.DictReader(file)}


def costs(path=HERE / "costs.csv"):
    """What an operation takes from the bucket; 1 unless it is listed."""
    with open(path, encoding="utf-8", newline="") as file:
        return {row["operation"]: int(row["cost"]) for row in csv.DictReader(file)}


# ANCHOR: decide
def decide(full_at, now, policy, cost=1):
    """The generic cell rate algorithm: a token bucket whose only state is the time at which it is full again.
    Gives the verdict and the new state; a refusal leaves the state as it was."""
    full_at = max(full_at or now, now)
    after, room = full_at + cost * policy.interval, policy.burst * policy.interval
    allowed = after - now <= room
    wait = 0 if allowed else math.ceil((after - now - room) / SECOND)
    state = after if allowed else full_at
    remaining = max(0, (room - (state - now)) // policy.interval)
    return Verdict(allowed, remaining, wait, math.ceil((state - now) / SECOND)), state
# ANCHOR_END: decide


# ANCHOR: headers
def headers(policy, verdict):
    """What every answer carries; `Retry-After` only with a refusal."""
    said = {"RateLimit-Policy": f'"{policy.name}";q={policy.per_minute};w=60',
            "RateLimit": f'"{policy.name}";r={verdict.remaining};t={verdict.full_in_s}'}
    return said if verdict.allowed else {**said, "Retry-After": str(verdict.retry_after_s)}


def detail(policy, verdict):
    seconds = "1 second" if verdict.retry_after_s == 1 else f"{verdict.retry_after_s} seconds"
    return f"{policy.per_minute} requests a minute, {policy.burst} at once; wait {seconds}."
# ANCHOR_END: headers


class Local:
    """Buckets in this process: for tests, and for when the shared ones can't be reached."""

    def __init__(self, clock):
        self.clock, self.lock, self.state = clock, threading.Lock(), {}

    def take(self, organisation_id, policy, cost=1):
        with self.lock:
            key = organisation_id, policy.name
            verdict, self.state[key] = decide(self.state.get(key), self.clock(), policy, cost)
            return verdict


# ANCHOR: fallback
class Limiter:
    """Asks the shared buckets; if they fail, this process limits alone, so that the API neither stops nor stands open."""

    def __init__(self, shared, local, failed):
        self.shared, self.local, self.failed = shared, local, failed

    def take(self, organisation_id, policy, cost=1):
        try:
            return self.shared.take(organisation_id, policy, cost)
        except Exception as error:  # Whatever it is, a limiter must not break the product.
            self.failed(error)
            return self.local.take(organisation_id, policy, cost)
# ANCHOR_END: fallback


# ANCHOR: concurrency
class Concurrency:
    """Requests of one organisation at the same time on this host, whose workers are threads of one process: a tenth of
    its burst. A bucket limits how often somebody asks; this limits how much slow work they hold."""

    def __init__(self):
        self.lock, self.running = threading.Lock(), {}

    @contextmanager
    def enter(self, organisation_id, policy):
        """Gives whether the request may run."""
        with self.lock:
            running = self.running.get(organisation_id, 0)
            allowed = running < max(1, policy.burst // 10)
            if allowed:
                self.running[organisation_id] = running + 1
        try:
            yield allowed
        finally:
            if allowed:
                with self.lock:
                    self.running[organisation_id] -= 1
                    if not self.running[organisation_id]:
                        del self.running[organisation_id]
# ANCHOR_END: concurrency
