"""The shared buckets on PostgreSQL do what the Python code does, also for two sessions at once."""

import csv
import random
import sys
import threading
import unittest

import postgres
from tools import ROOT, load_yaml

sys.dont_write_bytecode = True
PAGE = ROOT / "content/api-documentation/rate-limiting"
sys.path.insert(0, str(PAGE))

import limiter

REFERENCE = ROOT / "content/reference"
CLIENT = "00000000-0000-4000-8000-00000000000a"
START = "timestamptz '2026-11-25 10:00Z'"


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.psql("".join((path / name).read_text(encoding="utf-8") for path, name in
                          ((REFERENCE, "schema.sql"), (REFERENCE, "seed.sql"), (PAGE, "rate_limits.sql"))))


class Buckets(unittest.TestCase):
    def setUp(self):
        database.psql("delete from rate_limits; delete from rate_overrides")

    def test_both_decide_alike(self):
        dice, now, state, statements, wanted = random.Random(3), 0, None, [], []
        policy = limiter.Policy("plan", 300, 100)
        for _ in range(400):
            now += dice.choice([0, 10_000, 200_000, 1_500_000])
            cost = dice.choice([1, 5, 10])
            verdict, state = limiter.decide(state, now, policy, cost)
            wanted.append(f"{'t' if verdict.allowed else 'f'}|{verdict.remaining}|{verdict.retry_after_s}")
            statements.append(
                f"select allowed, remaining, ceil(extract(epoch from wait)) from rate_take('{CLIENT}', 'plan', 300, 100,"
                f" {cost}, {START} + interval '{now} microseconds');")
        self.assertIn("f|0", " ".join(wanted))
        self.assertEqual(wanted, database.psql("\n".join(statements)).split("\n"))

    def test_sessions_at_the_same_time_share_one_bucket(self):
        taken = f"select count(*) filter (where (rate_take('{CLIENT}', 'plan', 60, 30, 1, {START})).allowed)" \
                " from generate_series(1, 20)"
        found = []
        threads = [threading.Thread(target=lambda: found.append(int(database.psql(taken)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(30, sum(found))

    def policy(self):
        return database.psql(f"select per_minute, burst from rate_policies where organisation_id = '{CLIENT}'")

    def test_the_policy_is_that_of_the_plan_and_an_exception_ends_by_itself(self):
        plan = database.psql(f"select plan_id from subscriptions where organisation_id = '{CLIENT}' and status <> 'cancelled'")
        policy = limiter.plans()[plan]
        self.assertEqual(f"{policy.per_minute}|{policy.burst}", self.policy())
        insert = "insert into rate_overrides (organisation_id, factor, reason, created_at, until) values"
        database.psql(f"{insert} ('{CLIENT}', 1.5, 'Migration of their ledger', now(), now() + interval '14 days')")
        self.assertEqual(f"{policy.per_minute * 3 // 2}|{policy.burst * 3 // 2}", self.policy())
        database.psql("update rate_overrides set created_at = now() - interval '14 days', until = now() - interval '1 second'")
        self.assertEqual(f"{policy.per_minute}|{policy.burst}", self.policy())

    def test_an_exception_has_a_reason_an_end_and_a_bound(self):
        for name, values in (("factor_range", "2.01, 'Migration of their ledger', now() + interval '1 day'"),
                             ("reason_given", "1.5, 'because', now() + interval '1 day'"),
                             ("until_soon", "1.5, 'Migration of their ledger', now() + interval '15 days'"),
                             ("until_soon", "1.5, 'Migration of their ledger', now() - interval '1 day'")):
            said = database.psql_fails(
                f"insert into rate_overrides (organisation_id, factor, reason, until) values ('{CLIENT}', {values})")
            self.assertIn(f"rate_overrides_{name}", said)

    def test_the_query_of_the_procedure_names_who_is_limited(self):
        database.psql(f"select rate_take('{CLIENT}', 'plan', 60, 30) from generate_series(1, 30)")
        said = database.psql((PAGE / "limited.sql").read_text(encoding="utf-8"))
        self.assertRegex(said, r"\Aexample-foods\|\w+\|plan\|(29|30)\Z")


class Tables(unittest.TestCase):
    def test_costs_are_of_operations_and_answers_are_registered(self):
        operations = {operation["operationId"] for item in load_yaml(REFERENCE / "openapi.yaml")["paths"].values()
                      for key, operation in item.items() if key != "parameters"}
        self.assertLessEqual(set(limiter.costs()), operations)
        codes = {f"{row['http']} {row['code']}" for row in load_yaml(REFERENCE / "errors.yaml")}
        with open(PAGE / "limits.csv", encoding="utf-8", newline="") as file:
            self.assertLessEqual({row["answer"] for row in csv.DictReader(file)}, codes)


if __name__ == "__main__":
    unittest.main()
