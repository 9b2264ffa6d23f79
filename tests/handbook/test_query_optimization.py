"""The page Query Optimization: its pairs on PostgreSQL give the same rows by another plan, and its tools run."""

import json
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/database-design/query-optimization"
REFERENCE = ROOT / "content/reference"
sys.path.insert(0, str(Path(__file__).parent))

import postgres


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.program("psql", "-X", "-q", "-c", "alter system set shared_preload_libraries = pg_stat_statements")
    database.restart()
    database.psql((REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text()
                  + (PAGE / "data.sql").read_text() + "create extension pg_stat_statements;")


def pairs():
    """{question: {"slow": sql, "fast": sql}}"""
    found = {}
    text = (PAGE / "pairs.sql").read_text(encoding="utf-8")
    for question, side, sql in re.findall(r"-- name: (\w+) (slow|fast)\n(.*?;)", text, re.S):
        found.setdefault(question, {})[side] = sql
    return found


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def plan(sql):
    """All nodes of a plan, as it ran."""
    text = database.psql(f"set max_parallel_workers_per_gather = 0; explain (analyze, buffers, format json) {sql}")
    return list(nodes(json.loads(text)[0]["Plan"]))


class Pairs(unittest.TestCase):
    def test_both_sides_give_the_same_rows(self):
        for question, sides in pairs().items():
            with self.subTest(question):
                self.assertEqual({"slow", "fast"}, set(sides))
                rows = [database.psql(sides[side]) for side in ("slow", "fast")]
                self.assertNotEqual("", rows[1])
                self.assertEqual(*rows)

    def test_the_fast_side_reads_a_tenth_at_most(self):
        for question in ("page", "queue", "latest"):
            slow, fast = (plan(pairs()[question][side])[0] for side in ("slow", "fast"))
            pages = [node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in (slow, fast)]
            self.assertLess(pages[1] * 10, pages[0], f"{question}: {pages}")

    def test_the_plans_change_as_the_page_says(self):
        for question, before, after in (("page", None, "invoices_organisation_id_idx"),
                                        ("day", None, "invoices_organisation_id_idx"),
                                        ("queue", "Seq Scan", "webhook_deliveries_due_idx"),
                                        ("latest", "Seq Scan", "invoices_organisation_id_idx")):
            slow, fast = (plan(pairs()[question][side]) for side in ("slow", "fast"))
            if before:
                self.assertIn(before, {node["Node Type"] for node in slow}, question)
            self.assertIn(after, {node.get("Index Name") for node in fast}, question)
            self.assertNotIn("Sort", {node["Node Type"] for node in fast if question in ("page", "queue")}, question)
        condition = [next(node["Index Cond"] for node in plan(pairs()["day"][side]) if "Index Cond" in node)
                     for side in ("slow", "fast")]
        self.assertNotIn("created_at", condition[0])
        self.assertIn("created_at", condition[1])

    def test_an_address_is_found_by_the_index_that_keeps_it_unique(self):
        forced = "set enable_seqscan = off; explain "
        self.assertNotIn("users_email_unique", database.psql(forced + pairs()["email"]["slow"]))
        self.assertIn("users_email_unique", database.psql(forced + pairs()["email"]["fast"]))

    def test_the_plans_on_the_page_are_those_of_postgresql(self):
        found = []
        for side in ("slow", "fast"):
            found.append(f"-- queue {side}\n" + database.psql(
                f"set max_parallel_workers_per_gather = 0; explain (costs off) {pairs()['queue'][side]}"))
        self.assertEqual((PAGE / "plans.txt").read_text(encoding="utf-8"), "\n".join(found) + "\n")


class Tools(unittest.TestCase):
    def test_the_costliest_statement_stands_first(self):
        database.psql("select pg_stat_statements_reset()")
        for _ in range(3):
            database.psql(pairs()["queue"]["slow"])
        database.psql("select 1")
        first = database.psql((PAGE / "top.sql").read_text()).splitlines()[0].split("|")
        self.assertEqual("3", first[1])
        self.assertIn("select id from webhook_deliveries", first[6])
        self.assertNotIn("2026-11-02", first[6], "statements are kept without their values")

    def test_unused_indexes_are_listed_and_constraints_are_not(self):
        listed = database.psql((PAGE / "indexes.sql").read_text())
        self.assertIn("exports_requested_by_idx|exports|", listed)
        self.assertNotIn("unique", listed)


if __name__ == "__main__":
    unittest.main()
