"""The load test against the stand-in for the API, small; its figures against cases worked out by hand."""

import contextlib
import io
import random
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "api-documentation" / "sdk-documentation")]

import capacity
import load
import stall
from load import Sample, percentile
from stub_api import StubApi


class Schedule(unittest.TestCase):
    def plan(self, rps=120, seconds=100, seed=1):
        return list(load.schedule(rps, seconds, {"getUsage": 0.25, "listInvoices": 0.75}, random.Random(seed)))

    def test_the_rate_and_the_mix_are_those_asked_for(self):
        plan = self.plan()
        self.assertAlmostEqual(12000, len(plan), delta=3 * 12000 ** 0.5)
        self.assertAlmostEqual(0.75, sum(name == "listInvoices" for _, name in plan) / len(plan), delta=0.02)

    def test_requests_come_in_order_within_the_time_and_bunched_as_in_life(self):
        times = [at for at, _ in self.plan()]
        self.assertEqual(sorted(times), times)
        self.assertTrue(0 < times[0] and times[-1] < 100)
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertAlmostEqual(1 - 2.718281828 ** -1, sum(gap < 1 / 120 for gap in gaps) / len(gaps), delta=0.02)

    def test_a_seed_gives_the_same_plan(self):
        self.assertEqual(self.plan(seed=5), self.plan(seed=5))
        self.assertNotEqual(self.plan(seed=5), self.plan(seed=6))


class Drive(unittest.TestCase):
    """With one thread and a simulated clock."""

    def setUp(self):
        self.now = 100.0

    def wait(self, seconds):
        self.now += seconds

    def drive(self, plan, service):
        def call(operation):
            self.now += service(self.now)
            return operation != "bad"

        return load.drive(plan, call, 1, lambda: self.now, self.wait)

    def test_a_request_that_had_to_wait_for_another_counts_its_wait(self):
        samples = self.drive([(0.0, "a"), (0.5, "a"), (3.0, "a")], lambda _: 2.0)
        self.assertEqual([2.0, 3.5, 3.0], [sample.latency for sample in samples])

    def test_a_server_that_keeps_up_is_measured_as_it_is(self):
        samples = self.drive([(n, "a") for n in range(10)], lambda _: 0.25)
        self.assertEqual([0.25] * 10, [sample.latency for sample in samples])
        self.assertEqual([100.0 + n for n in range(10)], [sample.due for sample in samples])

    def test_bad_answers_are_counted(self):
        samples = self.drive([(0.0, "a"), (1.0, "bad")], lambda _: 0.1)
        self.assertEqual([True, False], [sample.good for sample in samples])


class Percentiles(unittest.TestCase):
    def test_nearest_rank(self):
        values = [15, 20, 35, 40, 50]
        self.assertEqual([15, 20, 20, 35, 50, 50], [percentile(values, p) for p in (0.05, 0.3, 0.4, 0.5, 0.99, 1)])
        hundred = list(range(1, 101))
        random.Random(1).shuffle(hundred)
        self.assertEqual([1, 50, 99, 100], [percentile(hundred, p) for p in (0.01, 0.5, 0.99, 1)])

    def test_how_many_samples_a_percentile_takes(self):
        self.assertEqual([20, 100, 1000, 10000], [load.enough(p) for p in (0.5, 0.9, 0.99, 0.999)])


class Verdict(unittest.TestCase):
    def samples(self, slow=0, bad=0, total=10000, late=0.301):
        return [Sample("a", 0.0, late if n < slow else 0.05, n >= bad) for n in range(total)]

    def test_the_pass_marks_are_the_objectives(self):
        self.assertEqual([], load.misses(self.samples(slow=100, bad=5), 10000))
        self.assertEqual(["p99 301 ms, at most 300 ms"], load.misses(self.samples(slow=101), 10000))
        self.assertEqual(["errors 0.06%, at most 0.05%"], load.misses(self.samples(bad=6), 10000))

    def test_exactly_300_ms_passes(self):
        self.assertEqual([], load.misses(self.samples(slow=101, late=0.3), 10000))

    def test_too_few_requests_and_missing_ones_do_not_pass(self):
        self.assertIn("say nothing", load.misses(self.samples(total=999), 999)[0])
        self.assertEqual(["1 requests were not made"], load.misses(self.samples(), 10001))


class Run(unittest.TestCase):
    def run_against(self, api, **more):
        environment = {"API_URL": api.url, "API_KEYS": api.key, "API_INVOICES": more.pop("invoice", "x")}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = load.main(["--rps", "600", "--seconds", "2", "--threads", "8", "--only", more.pop("only", "getUsage")],
                             environment)
        return code, out.getvalue()

    def test_a_small_run_makes_every_request(self):
        with StubApi(invoices=1) as api:
            _, said = self.run_against(api)
            planned = len(list(load.schedule(600, 2, {"getUsage": 1.0}, random.Random(1))))
            self.assertEqual(planned, len(api.requests))
        self.assertNotIn("errors", said)
        self.assertNotIn("were not made", said)
        self.assertRegex(said, rf"\AgetUsage +{planned} p50 ")

    def test_an_api_that_fails_does_not_pass(self):
        with StubApi(invoices=1, faults=[("service.internal", {})] * 20) as api:
            code, said = self.run_against(api)
        self.assertEqual(1, code)
        self.assertIn("MISSED: errors", said)

    def test_an_object_that_does_not_exist_is_an_error_and_not_a_fast_answer(self):
        with StubApi(invoices=1) as api:
            self.assertIn("MISSED: errors 100.00%", self.run_against(api, only="getInvoice")[1])

    def test_production_is_refused(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as said:
            load.main(["--rps", "1", "--seconds", "1"], {"API_URL": "https://api.harbourline.example", "API_KEYS": "k"})
        self.assertIn("staging only", said.getvalue())

    def test_every_operation_of_the_mix_has_a_path(self):
        self.assertEqual(set(capacity.read_traffic()["api_mix"]), set(load.PATHS))


class Capacity(unittest.TestCase):
    TRAFFIC = {"api": {"rps_peak": 60.0}, "growth": 0.6, "headroom": 2.0}

    def test_the_target_is_the_peak_grown_with_headroom(self):
        self.assertEqual(120, capacity.target_rps(self.TRAFFIC))
        self.assertAlmostEqual(192, capacity.target_rps(self.TRAFFIC, 1))

    def test_workers_follow_littles_law_and_are_rounded_up(self):
        self.assertEqual(8, capacity.workers_for(120, 0.04, 0.6))
        self.assertEqual(9, capacity.workers_for(121, 0.04, 0.6))
        self.assertAlmostEqual(120, capacity.carried_rps(8, 0.04, 0.6))

    def test_months_until_it_is_too_small(self):
        self.assertAlmostEqual(12, capacity.months_left(self.TRAFFIC, 192))
        self.assertEqual(0, capacity.months_left(self.TRAFFIC, 100))

    def test_one_host_carries_the_target_and_the_database_has_room(self):
        traffic = capacity.read_traffic()
        self.assertGreaterEqual(capacity.WORKERS, capacity.workers_for(capacity.target_rps(traffic)))
        connections = capacity.WORKERS * capacity.HOSTS + capacity.DB_OTHERS
        self.assertLessEqual(connections, 0.8 * capacity.DB_CONNECTIONS_MAX)

    def test_the_keys_of_the_test_are_allowed_more_than_its_load(self):
        traffic = capacity.read_traffic()
        self.assertGreater(capacity.allowed_rps(traffic, 0.1), capacity.target_rps(traffic))
        self.assertGreater(capacity.allowed_rps(traffic, 0.2), 2 * capacity.target_rps(traffic))

    def test_the_tables_of_the_page_are_what_the_programs_print(self):
        out = io.StringIO()
        capacity.main(out)
        self.assertEqual((HERE / "capacity.csv").read_text(encoding="utf-8"), out.getvalue())
        lines = []
        stall.main(lines.append)
        self.assertEqual((HERE / "stall.txt").read_text(encoding="utf-8"), "\n".join(lines) + "\n")


class Models(unittest.TestCase):
    def test_the_closed_model_hides_a_stall_that_the_open_one_shows(self):
        self.assertAlmostEqual(stall.SERVICE_S, percentile(stall.closed_model(), 0.99))
        self.assertGreater(percentile(stall.open_model(), 0.99), 1.5)


if __name__ == "__main__":
    unittest.main()
