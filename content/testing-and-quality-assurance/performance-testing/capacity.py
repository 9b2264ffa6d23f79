"""How much the product must carry, and what that takes: computed from traffic.yaml.

`python3 capacity.py` prints the table that the page shows; capacity.csv keeps it.
"""

import csv
import math
import sys
from pathlib import Path

TRAFFIC = Path(__file__).resolve().parents[2] / "reference" / "traffic.yaml"

# Measured in the last capacity test; renew them with each one.
SERVICE_S = 0.040  # Mean time that a worker is busy with one API request.
BUSY_MAX = 0.6  # Above it waiting grows faster than load.
WORKERS = 16  # Requests that the API serves at the same time on each host.
HOSTS = 2
DB_CONNECTIONS_MAX = 100
DB_OTHERS = 30  # Portal, worker, webhooks, monitoring.


def read_traffic(path=TRAFFIC):
    """A YAML file of scalars and maps one level deep, as `{"growth": 0.6, "api": {"rps_peak": 60}}`."""
    found, parent = {}, None
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].rstrip()
        if not text:
            continue
        key, value = (part.strip() for part in text.split(":", 1))
        if not value:
            parent = found.setdefault(key, {})
        elif line.startswith(" "):
            parent[key] = float(value)
        else:
            found[key] = value if key == "as_of" else float(value)
    return found


# ANCHOR: formula
def target_rps(traffic, years=0.0):
    """The rate of a load test: today's peak, grown, with headroom."""
    return traffic["api"]["rps_peak"] * (1 + traffic["growth"]) ** years * traffic["headroom"]


def workers_for(rps, service_s=SERVICE_S, busy=BUSY_MAX):
    """Little's law: requests in service = rate × time in service. Divided by how busy a worker may be."""
    return math.ceil(round(rps * service_s / busy, 9))


def carried_rps(workers, service_s=SERVICE_S, busy=BUSY_MAX):
    """The rate that so many workers carry."""
    return workers * busy / service_s


def months_left(traffic, carried):
    """Months until the peak with headroom reaches what is carried; 0 if it does already."""
    ratio = carried / target_rps(traffic)
    return max(0.0, 12 * math.log(ratio) / math.log(1 + traffic["growth"]))
# ANCHOR_END: formula


def allowed_rps(traffic, share):
    """What the rate limits let through for this share of our organisations."""
    with open(TRAFFIC.with_name("plans.csv"), encoding="utf-8", newline="") as file:
        return sum(int(row["rate_min"]) / 60 * round(traffic["organisations"][row["id"]] * share)
                   for row in csv.DictReader(file))


def rows(traffic):
    one_host = carried_rps(WORKERS)
    yield "peak of the busiest minute", f"{traffic['api']['rps_peak']:.0f} a second"
    yield "target of the load test (peak × headroom)", f"{target_rps(traffic):.0f} a second"
    yield "the same in a year", f"{target_rps(traffic, 1):.0f} a second"
    yield "allowed by the rate limits of a tenth of our organisations", f"{allowed_rps(traffic, 0.1):.0f} a second"
    yield "allowed by those of a fifth", f"{allowed_rps(traffic, 0.2):.0f} a second"
    yield "workers that the target takes", f"{workers_for(target_rps(traffic))}"
    yield "workers on one host", f"{WORKERS}"
    yield "carried by one host, the other one down", f"{one_host:.0f} a second"
    yield "months until one host is too small", f"{math.floor(months_left(traffic, one_host))}"
    yield "connections to the database, of " + str(DB_CONNECTIONS_MAX), f"{WORKERS * HOSTS + DB_OTHERS}"


def main(out=sys.stdout):
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["what", "figure"])
    writer.writerows(rows(read_traffic()))


if __name__ == "__main__":
    main()
