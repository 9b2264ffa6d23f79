"""What the pages of Monitoring & Observability share with the registers, with each other, and with Debian's programs."""

import csv
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

from tools import ROOT, load_yaml

AREA = ROOT / "content/monitoring-and-observability"
CONTENT = ROOT / "content"
REFERENCE = CONTENT / "reference"
METRICS = AREA / "metrics-collection"
sys.path[:0] = [str(METRICS)]

import metrics


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def program(*arguments, **options):
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
                          **options)
    return done.returncode, done.stdout


class MetricsCollection(unittest.TestCase):
    def test_prometheus_reads_what_the_registry_writes_and_has_nothing_to_add(self):
        text = (METRICS / "demo.txt").read_text(encoding="utf-8")
        self.assertEqual((0, ""), program("promtool", "check", "metrics", input=text))
        self.assertNotEqual(0, program("promtool", "check", "metrics", input=text.replace('le="0.3"', "le=0.3"))[0])

    def test_prometheus_accepts_its_configuration(self):
        code, said = program("promtool", "check", "config", "--syntax-only", METRICS / "prometheus.yaml")
        self.assertEqual(0, code, said)

    def test_every_host_of_the_register_is_read(self):
        config = load_yaml(METRICS / "prometheus.yaml")
        targets = {target.split(":")[0] for job in config["scrape_configs"] for part in job["static_configs"]
                   for target in part["targets"]}
        hosts = {host for row in rows(REFERENCE / "services.csv") for host in re.findall(r"\w+-\d", row["host"])}
        self.assertEqual(set(), hosts - targets)

    def test_no_target_may_offer_more_than_the_budget(self):
        budget = sum(int(row["max_series"]) for row in rows(REFERENCE / "metrics.csv"))
        for job in load_yaml(METRICS / "prometheus.yaml")["scrape_configs"]:
            self.assertLess(job["sample_limit"], budget / 2, job["job_name"])

    def test_the_limit_of_each_objective_is_an_edge_of_its_histogram(self):
        edges = {row["metric"]: row["seconds"].split() for row in rows(METRICS / "buckets.csv")}
        found = 0
        for slo in rows(REFERENCE / "slos.csv"):
            for name, limit in re.findall(r'(\w+)_bucket\{[^}]*le="([\d.]+)"', slo["sli_query"]):
                self.assertIn(limit, edges[name], slo["id"])
                found += 1
        self.assertEqual(4, found)

    def test_each_part_that_runs_has_its_signals(self):
        parts = {row["component"] for row in rows(METRICS / "signals.csv")}
        running = {row["id"] for row in rows(REFERENCE / "services.csv")} - {"backups", "metrics", "status-page"}
        self.assertEqual(set(), running - parts)

    def test_a_metric_of_the_catalogue_can_be_written_by_two_hosts(self):
        for name, row in metrics.catalogue().items():
            self.assertGreaterEqual(metrics.Registry().room(row), 2, name)


if __name__ == "__main__":
    unittest.main()
