"""Example 3: code with time, chance and a network. All three come from the test; nothing sleeps."""

import random
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "api-documentation" / "sdk-documentation")]

import harbourline


# ANCHOR: retry
class Scripted(harbourline.Client):
    """A stub of the network: the client itself, with the one method that touches it answering from a list."""

    def __init__(self, *answers):
        self.answers, self.waits, self.time = list(answers), [], 0.0
        super().__init__("k", sleep=self.wait, clock=lambda: self.time, dice=random.Random(1))

    def wait(self, seconds):
        self.waits.append(seconds)
        self.time += seconds

    def _send(self, request):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refused(status, code, retry_after=None):
    return harbourline.ApiError(status, {"code": code}, retry_after)


class Retry(unittest.TestCase):
    def test_a_reader_gets_its_answer_after_two_failures(self):
        client = Scripted(refused(503, "service.unavailable"), harbourline.NoAnswer(), {"name": "x"})
        self.assertEqual({"name": "x"}, client.organisation())
        self.assertEqual(2, len(client.waits))

    def test_a_change_without_a_key_is_never_sent_twice(self):
        client = Scripted(harbourline.NoAnswer(), {"name": "x"})
        with self.assertRaises(harbourline.NoAnswer):
            client.update_organisation(name="x")
        self.assertEqual(1, len(client.answers), "the second answer was not fetched")

    def test_what_the_server_asks_for_is_the_least(self):
        client = Scripted(refused(429, "rate.limited", retry_after=7.0), {})
        client.organisation()
        self.assertEqual([7.0], client.waits)
# ANCHOR_END: retry

    def test_a_refusal_that_time_does_not_mend_is_raised_at_once(self):
        client = Scripted(refused(404, "resource.not_found"), {})
        with self.assertRaises(harbourline.ApiError):
            client.organisation()
        self.assertEqual([], client.waits)

    def test_five_tries_and_no_more(self):
        client = Scripted(*[refused(503, "service.unavailable")] * 9)
        with self.assertRaises(harbourline.ApiError):
            client.organisation()
        self.assertEqual((4, 4), (len(client.answers), len(client.waits)))


if __name__ == "__main__":
    unittest.main()
