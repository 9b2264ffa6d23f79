"""The pass marks of the load test are the objectives, and its requests are operations of the API."""

import csv
import re
import sys
import unittest

from tools import ROOT, load_yaml

sys.dont_write_bytecode = True
PAGE = ROOT / "content/testing-and-quality-assurance/performance-testing"
sys.path.insert(0, str(PAGE))

import capacity
import load

REFERENCE = ROOT / "content/reference"


class PassMarks(unittest.TestCase):
    def setUp(self):
        with open(REFERENCE / "slos.csv", encoding="utf-8", newline="") as file:
            self.slos = {row["id"]: row for row in csv.DictReader(file)}

    def test_latency(self):
        slo = self.slos["api-latency"]
        self.assertEqual(("99", str(load.P99_MAX_S)), (slo["objective"], re.search(r'le="([\d.]+)"', slo["sli_query"])[1]))

    def test_errors(self):
        self.assertAlmostEqual(1 - float(self.slos["api-availability"]["objective"]) / 100, load.ERRORS_MAX)

    def test_figures_in_the_table_of_kinds(self):
        with open(PAGE / "kinds.csv", encoding="utf-8", newline="") as file:
            kinds = {row["kind"]: row for row in csv.DictReader(file)}
        self.assertIn(f"p99 at most {load.P99_MAX_S * 1000:.0f} ms; errors at most {load.ERRORS_MAX * 100:g} %",
                      kinds["load"]["passes"])
        self.assertGreaterEqual(capacity.target_rps(capacity.read_traffic()) * int(kinds["load"]["minutes"]) * 60,
                                load.enough(0.999))


class Requests(unittest.TestCase):
    def test_paths_are_those_of_the_operations(self):
        known = {operation["operationId"]: (method, path)
                 for path, item in load_yaml(REFERENCE / "openapi.yaml")["paths"].items()
                 for method, operation in item.items() if method != "parameters"}
        for operation, path in load.PATHS.items():
            method = "patch" if operation == "updateInvoice" else "get"
            plain = path.split("?")[0].replace("{invoice}", "{invoice_id}")
            self.assertEqual(known[operation], (method, plain))

    def test_the_traffic_is_read_as_any_reader_of_yaml_does(self):
        def numbers(value):
            return {key: numbers(entry) for key, entry in value.items()} if isinstance(value, dict) else \
                value if isinstance(value, str) else float(value)

        self.assertEqual(numbers(load_yaml(REFERENCE / "traffic.yaml")), capacity.read_traffic())


if __name__ == "__main__":
    unittest.main()
