import itertools
import json
import sys
import unittest
from pathlib import Path

import dashboards
from dashboards import HERE, rows

METRICS, ALERTS = HERE.parent / "metrics-collection", HERE.parent / "alert-thresholds"
sys.path[:0] = [str(METRICS), str(ALERTS)]

import rules
from metrics import catalogue
from promql import faults, used

UNITS = {"none", "s", "bytes", "percentunit", "reqps"}
RECORDED = {rule["record"] for *_, found in rules.groups() for rule in found if "record" in rule}


def overlap(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = rows(HERE / "dashboards.csv")
        cls.boards = {row["id"]: json.loads((HERE / f"{row['id']}.json").read_text(encoding="utf-8")) for row in cls.rows}
        cls.panels = [(name, panel) for name, board in cls.boards.items() for panel in board["panels"]]

    def test_the_files_are_those_that_the_program_writes(self):
        for row in self.rows:
            self.assertEqual(dashboards.text(row), (HERE / f"{row['id']}.json").read_text(encoding="utf-8"), row["id"])
        self.assertEqual({f"{name}.json" for name in self.boards}, {path.name for path in HERE.glob("*.json")})

    def test_queries_use_only_what_is_catalogued(self):
        known = catalogue()
        queries = [(name, target["expr"]) for name, panel in self.panels for target in panel["targets"]]
        queries += [(name, note["expr"]) for name, board in self.boards.items() for note in board["annotations"]["list"]]
        for name, query in queries:
            self.assertEqual([], faults(query, known, RECORDED), (name, query))
            self.assertEqual((query.count("("), query.count("{")), (query.count(")"), query.count("}")), query)

    def test_every_metric_is_seen_or_watched(self):
        queries = [row["query"] for row in rows(HERE / "panels.csv")]
        queries += [rule["expr"] for *_, found in rules.groups() for rule in found]
        names = {name.removesuffix(part) for query in queries for name in used(query)[0]
                 for part in ("_bucket", "_count", "_sum", "")}
        self.assertEqual(set(), set(catalogue()) - names)

    def test_panels_stand_side_by_side_within_the_grid(self):
        for name, board in self.boards.items():
            grids = [panel["gridPos"] for panel in board["panels"]]
            for grid in grids:
                self.assertTrue(grid["x"] + grid["w"] <= 24 and grid["w"] >= 6, (name, grid))
            for one, other in itertools.combinations(grids, 2):
                self.assertFalse(overlap(one, other), (name, one, other))

    def test_a_board_can_be_taken_in(self):
        for name, board in self.boards.items():
            self.assertLessEqual(len(board["panels"]), 15, name)
            self.assertTrue(board["description"].startswith(tuple(row["question"] for row in self.rows)), name)
            numbers = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(numbers), len(set(numbers)))
        self.assertEqual(len(self.boards), len({board["uid"] for board in self.boards.values()}))

    def test_units_are_known_and_titles_are_not_repeated(self):
        for row in rows(HERE / "panels.csv"):
            self.assertIn(row["unit"], UNITS)
            self.assertIn(row["dashboard"], self.boards)
        for name, board in self.boards.items():
            titles = [panel["title"] for panel in board["panels"]]
            self.assertEqual(len(titles), len(set(titles)), name)

    def test_the_red_line_is_the_limit_of_the_alert(self):
        drawn = {}
        for row, (_, panel) in zip(rows(HERE / "panels.csv"), self.panels):
            self.assertEqual(row["title"], panel["title"])
            if row["alert"]:
                drawn[row["alert"]] = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
                self.assertTrue(panel["links"][0]["url"].startswith(dashboards.HANDBOOK))
        self.assertEqual([("green", None), ("red", 300)], [tuple(step.values()) for step in drawn["OutboxStandsStill"]])
        self.assertEqual([("red", None), ("green", 0.15)], [tuple(step.values()) for step in drawn["DiskFills"]])
        self.assertGreaterEqual(len(drawn), 15)

    def test_a_panel_measures_what_its_alert_does(self):
        for row in rows(HERE / "panels.csv"):
            if row["alert"]:
                asked = set(used(dashboards.ALERTS[row["alert"]]["expr"])[0])
                self.assertTrue(set(used(row["query"])[0]) & asked, row["title"])


if __name__ == "__main__":
    unittest.main()
