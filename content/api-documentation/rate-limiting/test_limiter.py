"""Tests of limiter.py. The clock is a number that they move."""

import csv
import random
import sys
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import limiter
from limiter import SECOND, Concurrency, Limiter, Local, Policy, Verdict, decide

TEAM = Policy("plan", 300, 100)


class Buckets(unittest.TestCase):
    def setUp(self):
        self.now = 1_795_000_000 * SECOND
        self.local = Local(lambda: self.now)

    def take(self, cost=1, who="a", policy=TEAM):
        return self.local.take(who, policy, cost)

    def drain(self, policy=TEAM):
        count = 0
        while self.take(policy=policy).allowed:
            count += 1
        return count

    def test_a_full_bucket_gives_its_burst_and_no_more(self):
        for policy in limiter.plans().values():
            self.local.state.clear()
            self.assertEqual(policy.burst, self.drain(policy), policy)

    def test_after_the_wait_that_was_named_a_request_passes_and_not_a_second_sooner(self):
        for policy in (TEAM, Policy("plan", 60, 30), Policy("plan", 7, 3)):
            self.local.state.clear()
            self.drain(policy)
            wait = self.take(policy=policy).retry_after_s
            self.now += (wait - 1) * SECOND
            self.assertFalse(self.take(policy=policy).allowed, policy)
            self.now += SECOND
            self.assertTrue(self.take(policy=policy).allowed, policy)

    def test_an_empty_bucket_fills_at_the_rate(self):
        self.drain()
        self.now += 60 * SECOND
        self.assertEqual(100, self.drain(), "a minute brings 300, the bucket holds 100")
        self.now += 10 * SECOND
        self.assertEqual(50, self.drain())

    def test_in_any_minute_no_more_than_burst_and_rate(self):
        dice, times = random.Random(5), []
        for _ in range(6000):
            self.now += dice.choice([0, 1000, 50_000, 150_000])
            if self.take().allowed:
                times.append(self.now)
        self.assertGreater(len(times), 1000)
        for first, time in enumerate(times):
            within = sum(1 for later in times[first:] if later - time < 60 * SECOND)
            self.assertLessEqual(within, TEAM.burst + TEAM.per_minute)

    def test_a_refusal_costs_nothing(self):
        self.drain()
        for _ in range(1000):
            self.take()
        self.now += TEAM.interval
        self.assertTrue(self.take().allowed)

    def test_a_dear_operation_takes_more(self):
        self.assertEqual(90, self.take(10).remaining)
        self.now += 9 * TEAM.interval
        self.assertEqual(98, self.take().remaining)

    def test_what_costs_more_than_is_left_waits_for_all_of_it(self):
        self.drain()
        verdict = self.take(10)
        self.assertEqual((False, 2), (verdict.allowed, verdict.retry_after_s))

    def test_one_organisation_does_not_use_up_anothers(self):
        self.drain()
        self.assertTrue(self.take(who="b").allowed)
        self.assertTrue(self.take(policy=Policy("test", 60, 30)).allowed, "test requests have a bucket of their own")

    def test_a_clock_that_goes_back_gives_nothing_away(self):
        self.drain()
        self.now -= 3600 * SECOND
        self.assertFalse(self.take().allowed)

    def test_the_interval_is_exact_for_every_plan(self):
        for policy in limiter.plans().values():
            self.assertEqual(60 * SECOND, policy.interval * policy.per_minute, policy)


class Told(unittest.TestCase):
    def test_the_headers_of_an_answer_and_of_a_refusal(self):
        verdict, _ = decide(None, 0, TEAM)
        self.assertEqual({"RateLimit-Policy": '"plan";q=300;w=60', "RateLimit": '"plan";r=99;t=1'},
                         limiter.headers(TEAM, verdict))
        verdict, _ = decide(20 * SECOND, 0, TEAM)
        self.assertEqual({"RateLimit-Policy": '"plan";q=300;w=60', "RateLimit": '"plan";r=0;t=20', "Retry-After": "1"},
                         limiter.headers(TEAM, verdict))

    def test_after_a_change_to_a_smaller_plan_nothing_is_left_rather_than_less(self):
        verdict, _ = decide(60 * SECOND, 0, TEAM)
        self.assertEqual((False, 0, 41), (verdict.allowed, verdict.remaining, verdict.retry_after_s))

    def test_what_is_left_and_when_it_is_full(self):
        verdict, state = decide(None, 0, TEAM, 58)
        self.assertEqual((42, 12), (verdict.remaining, verdict.full_in_s))
        self.assertEqual('"plan";r=42;t=12', limiter.headers(TEAM, verdict)["RateLimit"])

    def test_the_detail_says_what_to_do(self):
        self.assertEqual("300 requests a minute, 100 at once; wait 2 seconds.", limiter.detail(TEAM, Verdict(False, 0, 2, 20)))
        self.assertEqual("300 requests a minute, 100 at once; wait 1 second.", limiter.detail(TEAM, Verdict(False, 0, 1, 20)))


class Failing(unittest.TestCase):
    def test_without_the_shared_buckets_the_process_limits_alone(self):
        class Down:
            def take(self, *_):
                raise TimeoutError("50 ms are over")

        seen = []
        both = Limiter(Down(), Local(lambda: 0), seen.append)
        allowed = [both.take("a", TEAM).allowed for _ in range(101)]
        self.assertEqual(([True] * 100 + [False], 101), (allowed, len(seen)))

    def test_with_them_it_asks_nobody_else(self):
        both = Limiter(Local(lambda: 0), None, None)
        self.assertTrue(both.take("a", TEAM).allowed)


class AtTheSameTime(unittest.TestCase):
    def test_a_tenth_of_the_burst_runs_at_once(self):
        for plan, most in (("starter", 3), ("team", 10), ("business", 30)):
            guard, policy = Concurrency(), limiter.plans()[plan]
            entered = [guard.enter("a", policy) for _ in range(most + 1)]
            self.assertEqual([True] * most + [False], [one.__enter__() for one in entered], plan)
            with guard.enter("b", policy) as allowed:
                self.assertTrue(allowed)
            for one in reversed(entered):
                one.__exit__(None, None, None)
            self.assertEqual({}, guard.running)

    def test_a_request_that_fails_frees_its_place(self):
        guard = Concurrency()
        with self.assertRaises(RuntimeError), guard.enter("a", TEAM):
            raise RuntimeError
        self.assertEqual({}, guard.running)

    def test_threads_do_not_slip_past_the_bucket(self):
        local, passed = Local(lambda: 0), []
        start = threading.Barrier(8)

        def work():
            start.wait()
            passed.extend(local.take("a", TEAM).allowed for _ in range(50))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(100, sum(passed))


class Tables(unittest.TestCase):
    def test_costs_are_small_enough_for_every_burst(self):
        least = min(policy.burst for policy in limiter.plans().values())
        for operation, cost in limiter.costs().items():
            self.assertTrue(1 < cost <= least // 3, operation)

    def test_the_limit_of_an_address_lets_the_largest_plan_through(self):
        with open(HERE / "limits.csv", encoding="utf-8", newline="") as file:
            limits = {row["limit"]: row for row in csv.DictReader(file)}
        for policy in limiter.plans().values():
            self.assertGreater(int(limits["address"]["per_minute"]), policy.per_minute)
            self.assertGreater(int(limits["address"]["burst"]), policy.burst)
        starter = limiter.plans()["starter"]
        self.assertEqual((starter.per_minute, starter.burst),
                         (int(limits["test"]["per_minute"]), int(limits["test"]["burst"])))


if __name__ == "__main__":
    unittest.main()
