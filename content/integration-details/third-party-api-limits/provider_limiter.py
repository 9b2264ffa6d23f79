"""Keeps our calls to a provider within our budget of its limit. Python 3.11, standard library only.

One limiter for each provider in each process. The budget is divided among the processes in `callers.csv`, so that they
need no common state: a lost host leaves budget unused, and never more than the budget is used.
"""

import csv
import random
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
WINDOWS = {"s": 1, "min": 60, "h": 3600, "day": 86400}
LONGEST_WAIT_S = 3600  # A provider that asks for more is treated as down: see its outage plan.
FAILURES, OPEN_S = 5, 60


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds."""

    calls: float
    seconds: int

    @classmethod
    def parse(cls, text):
        match = re.fullmatch(r"(\d+)/(s|min|h|day)", text)
        if not match:
            raise ValueError(f"`{text}` is no rate such as 60/min")
        return cls(int(match[1]), WINDOWS[match[2]])

    @property
    def per_second(self):
        return self.calls / self.seconds


class Closed(Exception):
    """No call may be made now; `wait_s` says how long. The caller follows the provider's row: queue, drop, or fail."""

    def __init__(self, why, wait_s):
        super().__init__(f"{why}; {wait_s:.1f} s")
        self.why, self.wait_s = why, wait_s


# ANCHOR: limiter
class Limiter:
    """A token bucket that slows down when the provider says so, and a circuit breaker behind it."""

    def __init__(self, rate, background_share=1.0, clock=time.monotonic):
        self.rate, self.background_share, self.clock = rate, background_share, clock
        self.tokens, self.filled_at = float(rate.calls), clock()
        self.factor = 1.0  # What is left of the budget after 429s: halved by each, back by a tenth a minute.
        self.factor_at = self.filled_at
        self.shut_until, self.failures = 0.0, 0
        self.lock = threading.Lock()

    def take(self, background=False):
        """Takes one call from the bucket, or raises `Closed`. Work that nobody waits for leaves a rest to the others."""
        with self.lock:
            now = self.clock()
            if now < self.shut_until:
                raise Closed("the provider asked us to wait or fails", self.shut_until - now)
            self._fill(now)
            rest = self.rate.calls * (1 - self.background_share) if background else 0.0
            if self.tokens < 1 + rest:
                raise Closed("our budget is used up", (1 + rest - self.tokens) / (self.rate.per_second * self.factor))
            self.tokens -= 1

    def _fill(self, now):
        minutes = (now - self.factor_at) / 60
        self.factor, self.factor_at = min(1.0, self.factor + 0.1 * minutes), now
        grown = (now - self.filled_at) * self.rate.per_second * self.factor
        self.tokens, self.filled_at = min(float(self.rate.calls), self.tokens + grown), now

    def answered(self, status, headers=None, now=None):
        """Learns from an answer; `status` is None when there was none in time."""
        headers = {name.lower(): value for name, value in (headers or {}).items()}
        with self.lock:
            at = self.clock()
            if status == 429 or (status == 503 and "retry-after" in headers):
                self._fill(at)
                self.factor = max(0.05, self.factor / 2)
                self.tokens = 0.0
                wait = retry_after(headers.get("retry-after"), now) or 1 / (self.rate.per_second * self.factor)
                self.shut_until = max(self.shut_until, at + min(wait, LONGEST_WAIT_S))
                return "limited"
            if status is None or status >= 500:
                self.failures += 1
                if self.failures >= FAILURES:
                    self.failures, self.shut_until = FAILURES - 1, at + OPEN_S  # One more failure shuts it again.
                return "failed"
            self.failures = 0
            return "ok"
# ANCHOR_END: limiter


# ANCHOR: headers
def retry_after(value, now=None):
    """Seconds to wait: a number or a date (RFC 9110, section 10.2.3); None if it is neither."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", value):
        return float(value)
    try:
        then = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return max(0.0, (then - (now or datetime.now(timezone.utc))).total_seconds())


def remaining_ratio(headers):
    """What is left of the provider's limit, for the metric; None if it doesn't say. The names that ours use."""
    headers = {name.lower(): value for name, value in headers.items()}
    for left, limit in [("x-ratelimit-remaining", "x-ratelimit-limit"), ("ratelimit-remaining", "ratelimit-limit")]:
        try:
            return max(0.0, min(1.0, int(headers[left]) / int(headers[limit])))
        except (KeyError, ValueError, ZeroDivisionError):
            continue
    return None
# ANCHOR_END: headers


# ANCHOR: call
def call(limiter, send, background=False, attempts=4, sleep=time.sleep, chance=random.random):
    """Makes a call that may be repeated: waits for the budget, and between failures longer each time, with jitter.
    `send` gives (status, headers, body), and (None, {}, b"") when there was no answer in time."""
    for attempt in range(attempts):
        last = attempt == attempts - 1
        try:
            limiter.take(background)
        except Closed as closed:
            if last or closed.wait_s > 60:
                raise
            sleep(closed.wait_s)
            continue
        status, headers, body = send()
        outcome = limiter.answered(status, headers)
        if outcome == "ok":
            return status, headers, body
        if last:
            raise Closed(f"the provider answered {status}", OPEN_S)
        if outcome == "failed":
            sleep(min(30.0, 0.5 * 2**attempt) * (0.5 + chance() / 2))
    raise Closed("no attempt was left", OPEN_S)
# ANCHOR_END: call


def limiters(process, clock=time.monotonic):
    """The limiters of one process, by provider."""
    providers = {row["id"]: row for row in rows(HERE.parents[1] / "reference" / "providers.csv")}
    found = {}
    for row in rows(HERE / "callers.csv"):
        if row["process"] in (process, "all"):
            seconds = Rate.parse(providers[row["provider"]]["budget"]).seconds
            found[row["provider"]] = Limiter(Rate(int(row["per_window"]), seconds), float(row["background_share"]), clock)
    return found


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
