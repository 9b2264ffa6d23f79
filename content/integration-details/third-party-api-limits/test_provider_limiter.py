"""The limiter against a clock that is set by hand and a made-up provider that counts what reaches it."""

import random
import threading
import unittest
from datetime import datetime, timezone

import provider_limiter
from provider_limiter import Closed, Limiter, Rate, call, limiters, remaining_ratio, retry_after, rows

REFERENCE = provider_limiter.HERE.parents[1] / "reference"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Provider:
    """Refuses what exceeds its limit in the last window."""

    def __init__(self, clock, rate):
        self.clock, self.rate, self.taken, self.refused = clock, rate, [], 0

    def send(self):
        recent = [at for at in self.taken if at > self.clock() - self.rate.seconds]
        if len(recent) >= self.rate.calls:
            self.refused += 1
            return 429, {"Retry-After": "2"}, b""
        self.taken.append(self.clock())
        return 200, {}, b"ok"


class Budget(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()

    def made(self, limiter, seconds, step=0.05, background=False):
        calls, end = 0, self.clock.now + seconds
        while self.clock.now < end:
            try:
                limiter.take(background)
                calls += 1
            except Closed:
                self.clock.sleep(step)
        return calls

    def test_no_more_than_the_budget_and_one_full_bucket(self):
        self.assertAlmostEqual(self.made(Limiter(Rate(20, 60), clock=self.clock), 600), 20 + 200, delta=2)

    def test_what_is_said_to_wait_is_enough(self):
        limiter = Limiter(Rate(5, 1), clock=self.clock)
        for _ in range(50):
            try:
                limiter.take()
            except Closed as closed:
                self.clock.sleep(closed.wait_s + 1e-6)
                limiter.take()

    def test_background_work_leaves_a_rest(self):
        limiter = Limiter(Rate(10, 60), background_share=0.7, clock=self.clock)
        taken = 0
        with self.assertRaises(Closed):
            while True:
                limiter.take(background=True)
                taken += 1
        self.assertEqual(taken, 7)
        for _ in range(3):
            limiter.take()

    def test_threads_share_one_bucket(self):
        limiter, taken = Limiter(Rate(100, 60), clock=self.clock), []

        def work():
            for _ in range(50):
                try:
                    limiter.take()
                    taken.append(1)
                except Closed:
                    pass
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(taken), 100)


class Answers(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.limiter = Limiter(Rate(10, 1), clock=self.clock)

    def test_retry_after_shuts_and_halves(self):
        self.assertEqual(self.limiter.answered(429, {"Retry-After": "30"}), "limited")
        with self.assertRaises(Closed) as closed:
            self.limiter.take()
        self.assertEqual(closed.exception.wait_s, 30)
        self.assertEqual(self.limiter.factor, 0.5)

    def test_the_budget_comes_back_by_a_tenth_a_minute(self):
        self.limiter.answered(429, {"Retry-After": "0"})
        self.clock.sleep(120)
        self.limiter.take()
        self.assertAlmostEqual(self.limiter.factor, 0.7)

    def test_it_never_falls_to_nothing(self):
        for _ in range(20):
            self.limiter.answered(429, {"Retry-After": "0"})
        self.assertEqual(self.limiter.factor, 0.05)

    def test_an_endless_wait_is_cut(self):
        self.limiter.answered(429, {"Retry-After": "999999999"})
        self.assertEqual(self.limiter.shut_until - self.clock.now, provider_limiter.LONGEST_WAIT_S)

    def test_five_failures_open_the_circuit_and_one_good_answer_closes_it(self):
        for _ in range(4):
            self.limiter.answered(None)
            self.limiter.take()
        self.limiter.answered(502)
        self.assertRaises(Closed, self.limiter.take)
        self.clock.sleep(60)
        self.limiter.take()
        self.limiter.answered(500)
        self.assertRaises(Closed, self.limiter.take)
        self.clock.sleep(60)
        self.assertEqual(self.limiter.answered(200), "ok")
        self.limiter.answered(500)
        self.limiter.take()

    def test_a_refusal_of_ours_is_no_failure_of_theirs(self):
        for _ in range(20):
            self.assertEqual(self.limiter.answered(404), "ok")

    def test_both_forms_of_retry_after(self):
        now = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
        for value, seconds in [("120", 120), (" 5 ", 5), ("Wed, 25 Nov 2026 12:01:00 GMT", 60),
                               ("Wed, 25 Nov 2026 11:00:00 GMT", 0), ("soon", None), ("-1", None), ("1e9", None), (None, None)]:
            self.assertEqual(retry_after(value, now), seconds, value)

    def test_what_is_left_is_read_from_both_kinds_of_headers(self):
        self.assertEqual(remaining_ratio({"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "25"}), 0.25)
        self.assertEqual(remaining_ratio({"RateLimit-Limit": "10", "RateLimit-Remaining": "10"}), 1.0)
        for headers in ({}, {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0"}, {"RateLimit-Remaining": "x"}):
            self.assertIsNone(remaining_ratio(headers))


class Calls(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()

    def test_a_hundred_calls_reach_a_provider_with_a_tight_limit_without_a_refusal(self):
        provider = Provider(self.clock, Rate(10, 1))
        limiter = Limiter(Rate(4, 1), clock=self.clock)
        for _ in range(100):
            self.assertEqual(call(limiter, provider.send, sleep=self.clock.sleep)[0], 200)
        self.assertEqual((len(provider.taken), provider.refused), (100, 0))

    def test_a_limit_lower_than_we_thought_is_found_out(self):
        provider = Provider(self.clock, Rate(2, 1))
        limiter = Limiter(Rate(20, 1), clock=self.clock)
        done = 0
        for _ in range(60):
            try:
                done += call(limiter, provider.send, attempts=6, sleep=self.clock.sleep, chance=random.Random(7).random)[0] == 200
            except Closed as closed:
                self.clock.sleep(closed.wait_s)
        self.assertGreaterEqual(done, 55)
        self.assertLess(provider.refused, done)

    def test_waits_grow_and_are_spread(self):
        waits = []
        with self.assertRaises(Closed):
            call(Limiter(Rate(100, 1), clock=self.clock), lambda: (503, {}, b""), sleep=waits.append, chance=lambda: 0.0)
        self.assertEqual(waits, [0.25, 0.5, 1.0])

    def test_a_long_wait_is_the_callers_business(self):
        limiter = Limiter(Rate(10, 1), clock=self.clock)
        limiter.answered(429, {"Retry-After": "600"})
        slept = []
        with self.assertRaises(Closed):
            call(limiter, lambda: (200, {}, b""), sleep=slept.append)
        self.assertEqual(slept, [])

    def test_what_the_provider_refuses_for_good_is_not_repeated(self):
        sent = []
        call(Limiter(Rate(10, 1), clock=self.clock), lambda: sent.append(1) or (422, {}, b""), sleep=self.clock.sleep)
        self.assertEqual(len(sent), 1)


class Register(unittest.TestCase):
    providers = {row["id"]: row for row in rows(REFERENCE / "providers.csv")}

    def test_the_processes_together_stay_within_the_budget(self):
        used = {}
        for row in rows(provider_limiter.HERE / "callers.csv"):
            used[row["provider"]] = used.get(row["provider"], 0) + int(row["processes"]) * int(row["per_window"])
        for provider, calls in used.items():
            self.assertLessEqual(calls, Rate.parse(self.providers[provider]["budget"]).calls, provider)

    def test_every_provider_that_a_program_calls_has_callers(self):
        called = {row["provider"] for row in rows(provider_limiter.HERE / "callers.csv")}
        self.assertEqual(called | {"ai-assistant"}, set(self.providers))

    def test_the_budget_is_at_most_half_of_the_limit_but_for_the_fallback(self):
        for provider, row in self.providers.items():
            limit, budget = Rate.parse(row["limit"]), Rate.parse(row["budget"])
            self.assertEqual(limit.seconds, budget.seconds, provider)
            if provider != "email-fallback":
                self.assertLessEqual(budget.calls, limit.calls / 2, provider)

    def test_each_process_gets_its_share(self):
        worker = limiters("worker", Clock())
        self.assertEqual(worker["payments"].rate, Rate(2, 1))
        self.assertEqual(worker["crm"].rate, Rate(20, 60))
        self.assertIn("error-tracking", worker)
        self.assertNotIn("hosting", worker)


if __name__ == "__main__":
    unittest.main()
