"""Why the model of the load matters: the same server, which stalls for two seconds, measured in two ways.

Simulated: the clock is a number, so that the result is the same everywhere.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from load import percentile

SERVICE_S, STALL_AT_S, STALL_S, RUN_S, RPS = 0.010, 5.0, 2.0, 20.0, 50


# ANCHOR: stall
def ended(begun):
    """When the server has answered a request that begins now; while it stalls, everything waits."""
    if STALL_AT_S <= begun < STALL_AT_S + STALL_S:
        begun = STALL_AT_S + STALL_S
    return begun + SERVICE_S


def closed_model():
    """One user who asks, waits for the answer, thinks, and asks again: during the stall it asks once."""
    now, latencies = 0.0, []
    while now < RUN_S:
        end = ended(now)
        latencies.append(end - now)
        now = end + 1 / RPS - SERVICE_S
    return latencies


def open_model():
    """Clients who don't know of each other: during the stall they go on asking."""
    return [ended(number / RPS) - number / RPS for number in range(int(RUN_S * RPS))]
# ANCHOR_END: stall


def main(out=print):
    for name, latencies in (("closed model", closed_model()), ("open model", open_model())):
        shown = "  ".join(f"p{share * 100:g} {percentile(latencies, share) * 1000:5.0f} ms" for share in (0.5, 0.95, 0.99))
        out(f"{name:12} {len(latencies):5} requests  {shown}")


if __name__ == "__main__":
    main()
