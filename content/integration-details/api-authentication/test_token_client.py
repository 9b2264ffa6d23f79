"""The token client against a made-up provider on loopback, with a clock that is set by hand."""

import csv
import threading
import unittest
from pathlib import Path

import token_client
from token_client import Refused, Tokens, Unavailable, authorised
from token_stub import Provider

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "reference"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Case(unittest.TestCase):
    def setUp(self):
        self.provider = self.enterContext(Provider())
        self.now, self.secret = 1000.0, "old+secret/1"
        self.tokens = Tokens(self.provider.url, "portal:1", lambda: self.secret, "ledger.write", timeout=2,
                             clock=lambda: self.now, simulation=True)


class Cache(Case):
    def test_one_token_serves_until_four_fifths_of_its_life(self):
        self.assertEqual(self.tokens.get(), "token-1")
        self.now += 2879
        self.assertEqual(self.tokens.get(), "token-1")
        self.now += 1
        self.assertEqual(self.tokens.get(), "token-2")
        self.assertEqual(self.provider.requests[0],
                         ("/token", {"grant_type": ["client_credentials"], "scope": ["ledger.write"]}))

    def test_eight_threads_fetch_once(self):
        self.provider.delay.clear()
        found = []
        threads = [threading.Thread(target=lambda: found.append(self.tokens.get())) for _ in range(8)]
        for thread in threads:
            thread.start()
        self.provider.delay.set()
        for thread in threads:
            thread.join()
        self.assertEqual((found, len(self.provider.requests)), (["token-1"] * 8, 1))

    def test_a_long_life_is_cut_and_an_unstated_one_is_short(self):
        for extra, life in (({"expires_in": 86400}, 3600), ({"expires_in": None}, 300)):
            self.provider.extra = extra
            self.tokens.token = None
            self.tokens.get()
            self.assertEqual(self.tokens.ends_at - self.now, life)


class Failure(Case):
    def test_the_old_token_serves_while_the_provider_is_down_but_not_in_its_last_seconds(self):
        self.tokens.get()
        self.provider.status = 503
        self.now += 3569
        self.assertEqual(self.tokens.get(), "token-1")
        self.now += 1
        self.assertRaises(Unavailable, self.tokens.get)

    def test_after_a_failure_it_pauses_and_then_recovers(self):
        self.provider.status = 429
        for _ in range(5):
            self.assertRaises(Unavailable, self.tokens.get)
        self.assertEqual(len(self.provider.requests), 1)
        self.provider.status = 200
        self.now += 15
        self.assertEqual(self.tokens.get(), "token-2")

    def test_a_silent_provider_is_given_up(self):
        self.provider.delay.clear()
        self.tokens.timeout = 0.1
        self.assertRaises(Unavailable, self.tokens.get)
        self.provider.delay.set()

    def test_what_we_did_not_ask_for_is_refused_and_not_kept(self):
        for extra in ({"token_type": "mac"}, {"access_token": ""}, {"access_token": None}, {"scope": "ledger.write admin"},
                      {"scope": ""}, {"expires_in": 0}, {"expires_in": "soon"}, {"expires_in": float("nan")}):
            self.provider.extra = extra
            self.now += 15
            with self.assertRaises(Refused, msg=extra) as refused:
                self.tokens.get()
            self.assertNotIn("token-", str(refused.exception))
            self.assertIsNone(self.tokens.token)

    def test_a_redirect_is_not_followed(self):
        self.provider.status = 302
        self.assertRaises(Refused, self.tokens.get)
        self.assertEqual([path for path, _ in self.provider.requests], ["/token"])

    def test_plain_http_is_refused(self):
        self.assertRaises(ValueError, Tokens, "http://127.0.0.1:1/token", "id", str, "s")
        self.assertRaises(ValueError, Tokens, "http://auth.example/token", "id", str, "s", simulation=True)


class Rotation(Case):
    def test_a_rotated_secret_is_taken_up_without_a_restart(self):
        self.tokens.get()
        self.provider.secrets, self.secret = {"new%secret:2"}, "new%secret:2"
        self.now += 3000
        self.assertEqual(self.tokens.get(), "token-2")

    def test_a_withdrawn_token_is_replaced_once(self):
        self.tokens.get()
        self.provider.valid.clear()
        self.assertEqual(authorised(self.tokens, self.provider.api), (200, "ok"))
        self.assertEqual(len(self.provider.requests), 2)

    def test_a_provider_that_refuses_new_tokens_is_not_asked_for_ever(self):
        sent = []
        with self.assertRaises(Refused):
            authorised(self.tokens, lambda token: sent.append(token) or (401, ""))
        self.assertEqual(sent, ["token-1", "token-2"])

    def test_only_the_token_that_failed_is_dropped(self):
        self.tokens.get()
        self.tokens.drop("an older one")
        self.assertEqual(self.tokens.get(), "token-1")

    def test_a_revoked_secret_is_refused_without_showing_it(self):
        self.provider.secrets = set()
        with self.assertRaises(Refused) as refused:
            self.tokens.get()
        self.assertNotIn(self.secret, str(refused.exception))


class Register(unittest.TestCase):
    def test_every_provider_that_a_program_calls_has_one_way_in(self):
        ways = [row["provider"] for row in rows(HERE / "credentials-of-providers.csv")]
        providers = {row["id"] for row in rows(REFERENCE / "providers.csv")}
        self.assertEqual(sorted(ways), sorted(providers - {"ai-assistant"}))

    def test_kinds_and_lifetime_are_those_of_the_register(self):
        kinds = {row["kind"]: row for row in rows(REFERENCE / "credentials.csv")}
        for row in rows(HERE / "credentials-of-providers.csv"):
            self.assertEqual(kinds[row["kind"]]["store"], "secret-store")
            self.assertEqual(row["kind"] == "provider-oauth-client-secret", row["way"].startswith("OAuth"))
        self.assertEqual(kinds["provider-oauth-token"]["lifetime"], f"{token_client.LONGEST_S // 60} minutes")


if __name__ == "__main__":
    unittest.main()
