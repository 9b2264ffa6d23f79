"""A load test with an open model: requests begin when they are due, whether or not the ones before have ended.

    API_URL=… API_KEYS=key1,key2 python3 load.py --rps 120 --seconds 1800

Python 3.11, standard library only. One process makes about 300 requests a second; start several for more. The exit
status is 1 if a pass mark is missed.
"""

import argparse
import math
import os
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from capacity import read_traffic

# The objectives api-latency and api-availability of slos.csv.
P99_MAX_S, ERRORS_MAX = 0.3, 0.0005
PATHS = {"listInvoices": "/v1/invoices?limit=25", "getInvoice": "/v1/invoices/{invoice}", "getUsage": "/v1/usage",
         "listProjects": "/v1/projects", "listWebhookDeliveries": "/v1/webhook-deliveries", "listMembers": "/v1/members",
         "getSubscription": "/v1/subscription", "updateInvoice": "/v1/invoices/{invoice}"}


@dataclass(frozen=True)
class Sample:
    operation: str
    due: float
    ended: float
    good: bool

    @property
    def latency(self):
        """From when the request was due, not from when a thread was free for it: the client has waited since then."""
        return self.ended - self.due


# ANCHOR: schedule
def schedule(rps, seconds, mix, dice):
    """When each request is due, and which operation it calls. The gaps are exponential, as of many clients who don't
    know of each other."""
    names, weights, at = list(mix), list(mix.values()), 0.0
    while (at := at + dice.expovariate(rps)) < seconds:
        yield at, dice.choices(names, weights)[0]
# ANCHOR_END: schedule


# ANCHOR: drive
def drive(plan, call, threads=64, clock=time.monotonic, wait=time.sleep):
    """Makes the requests of a plan. `call(operation)` gives whether the answer was good."""
    plan, samples, lock, start = iter(plan), [], threading.Lock(), clock()

    def work():
        while True:
            with lock:
                due, operation = next(plan, (None, None))
            if due is None:
                return
            wait(max(0.0, start + due - clock()))
            good = call(operation)
            sample = Sample(operation, start + due, clock(), good)
            with lock:
                samples.append(sample)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return samples
# ANCHOR_END: drive


# ANCHOR: percentile
def percentile(values, share):
    """The smallest value that at least this share of all values doesn't exceed (nearest rank). No interpolation: the
    figure is one that somebody has waited."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(round(share * len(ordered), 9)) - 1)]


def enough(share):
    """How many samples a percentile takes to mean something: ten beyond it."""
    return math.ceil(round(10 / (1 - share), 6))
# ANCHOR_END: percentile


def summary(samples):
    latencies = [sample.latency for sample in samples]
    return {"requests": len(samples), "errors": sum(not sample.good for sample in samples) / len(samples),
            **{f"p{name}": percentile(latencies, share) for name, share in (("50", 0.5), ("90", 0.9), ("99", 0.99))},
            "max": max(latencies)}


# ANCHOR: verdict
def misses(samples, planned):
    """Which pass marks are missed; nothing if all are reached."""
    if len(samples) < enough(0.99):
        return [f"{len(samples)} requests say nothing about p99; {enough(0.99)} are needed"]
    found, overall = [], summary(samples)
    if len(samples) < planned:
        found.append(f"{planned - len(samples)} requests were not made")
    if overall["errors"] > ERRORS_MAX:
        found.append(f"errors {overall['errors']:.2%}, at most {ERRORS_MAX:.2%}")
    if overall["p99"] > P99_MAX_S:
        found.append(f"p99 {overall['p99'] * 1000:.0f} ms, at most {P99_MAX_S * 1000:.0f} ms")
    return found
# ANCHOR_END: verdict


def report(samples, planned, out=print):
    for operation in sorted({sample.operation for sample in samples}):
        of_it = summary([sample for sample in samples if sample.operation == operation])
        out(f"{operation:24} {of_it['requests']:7} p50 {of_it['p50'] * 1000:6.0f} ms  p99 {of_it['p99'] * 1000:6.0f} ms")
    found = misses(samples, planned)
    out("\n".join(f"MISSED: {miss}" for miss in found) or "all pass marks reached")
    return 1 if found else 0


class Api:
    """Calls the API with the keys of several organisations, each in turn, so that no bucket is the bottleneck."""

    def __init__(self, url, keys, invoices, timeout=35):
        self.url, self.keys, self.invoices, self.timeout = url, keys, invoices, timeout
        self.dice, self.lock = random.Random(1), threading.Lock()

    def __call__(self, operation):
        with self.lock:
            number = self.dice.randrange(len(self.keys))
        path = PATHS[operation].format(invoice=self.invoices[number])
        headers = {"Authorization": f"Bearer {self.keys[number]}", "Content-Type": "application/json"}
        change = operation == "updateInvoice"
        request = urllib.request.Request(self.url + path, b'{"purchase_order": "load test"}' if change else None, headers,
                                         method="PATCH" if change else "GET")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                answer.read()
            return True
        except OSError:  # HTTP errors, 429 among them, time-outs and broken connections.
            return False


def main(arguments=None, environment=os.environ):
    parser = argparse.ArgumentParser()
    parser.add_argument("--rps", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one operation instead of the mix")
    given = parser.parse_args(arguments)
    if "staging" not in environment["API_URL"] and "127.0.0.1" not in environment["API_URL"]:
        parser.error("load tests run in staging only")
    mix = {given.only: 1.0} if given.only else read_traffic()["api_mix"]
    plan = list(schedule(given.rps, given.seconds, mix, random.Random(given.seed)))
    api = Api(environment["API_URL"], environment["API_KEYS"].split(","), environment.get("API_INVOICES", "x").split(","))
    return report(drive(plan, api, given.threads), len(plan))


if __name__ == "__main__":
    sys.exit(main())
