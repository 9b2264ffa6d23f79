"""What sign_in.py lets in, refuses, ends and gives away. Cheap hashes, but for one test."""

import sys
import unittest
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import sign_in
from sign_in import Person, Refused, SignIn, hash_password

START = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)
CHEAP = (4, 8, 1)
PASSWORD = "a quiet harbour at night"
SEED = b"12345678901234567890"  # The one of RFC 6238, appendix B.
NOBODY = frozenset()


class Store:
    """The tables, in memory."""

    def __init__(self):
        self.people, self.held, self.tokens, self.attempts = {}, {}, {}, []

    def add(self, person):
        self.people[person.id] = person
        return person

    def person(self, key):
        return self.people.get(key)

    def person_by_email(self, email):
        return next((p for p in self.people.values() if p.email.lower() == email.strip().lower()), None)

    def set_password(self, key, text):
        self.add(replace(self.people[key], password_hash=text))

    def use_totp(self, key, step):
        self.add(replace(self.people[key], totp_last_step=step))

    def use_recovery(self, key, stored):
        left = tuple(text for text in self.people[key].recovery_hashes if text != stored)
        self.add(replace(self.people[key], recovery_hashes=left))

    def attempt(self, account, address, at, outcome):
        self.attempts.append((account, address, at, outcome))

    def failures(self, kind, value, since):
        column = 0 if kind == "account" else 1
        return sum(1 for row in self.attempts if row[column] == value and row[2] > since and row[3] != "success")

    def add_session(self, session):
        self.held[session.digest] = session

    save_session = add_session

    def session(self, key):
        return self.held.get(key)

    def sessions(self, person):
        return [session for session in self.held.values() if session.person == person]

    def token(self, key):
        return self.tokens.get(key)

    def replace_token(self, token):
        self.tokens = {key: old for key, old in self.tokens.items()
                       if (old.person, old.purpose) != (token.person, token.purpose)}
        self.tokens[token.digest] = token


class Case(unittest.TestCase):
    def setUp(self):
        self.now, self.store, self.events, self.mails = START, Store(), [], []
        self.auth = SignIn(self.store, self.events.append, lambda: self.now, b"pepper", CHEAP)
        self.marc = self.store.add(Person(uuid.uuid4(), "marc@foods.example", password_hash=hash_password(PASSWORD, CHEAP)))

    def give_totp(self, **more):
        return self.store.add(replace(self.marc, totp_seed=SEED, factor_required=True, **more))

    def code(self, offset=0):
        from sign_in import SHA1, TOTP
        return TOTP(SEED, 6, SHA1(), 30).generate(self.now.timestamp() + offset).decode()

    def enter(self, password=PASSWORD, code=None, email="marc@foods.example", address="192.0.2.1"):
        return self.auth.with_password(email, password, code, address)

    def assert_refused(self, expected, call, *arguments, cause=None, **named):
        with self.assertRaises(Refused) as caught:
            call(*arguments, **named)
        self.assertEqual(expected, caught.exception.code)
        if cause:
            self.assertIn(cause, str(caught.exception))


class Entering(Case):
    def test_the_right_password_opens_a_session_and_case_of_the_address_is_ignored(self):
        self.assertEqual(self.marc.id, self.auth.check(self.enter(email=" Marc@Foods.example")).person)

    def test_wrong_password_stranger_locked_and_staff_are_told_the_same(self):
        self.assert_refused("auth.sign_in_failed", self.enter, "wrong", cause="wrong-password")
        self.assert_refused("auth.sign_in_failed", self.enter, email="nobody@foods.example", cause="wrong-password")
        self.store.add(replace(self.marc, kind="staff"))
        self.assert_refused("auth.sign_in_failed", self.enter)
        self.store.add(replace(self.marc, locked=True))
        self.assert_refused("auth.sign_in_failed", self.enter, cause="locked")

    def test_a_stranger_costs_as_much_work_as_a_member(self):
        for email in ("marc@foods.example", "nobody@foods.example"):
            with mock.patch.object(sign_in, "scrypt", wraps=sign_in.scrypt) as work:
                self.assert_refused("auth.sign_in_failed", self.enter, "wrong", email=email)
            self.assertEqual([CHEAP], [call.args[2] for call in work.call_args_list], email)

    def test_ten_failures_close_an_account_for_a_while_but_not_the_passkey(self):
        for _ in range(10):
            self.assert_refused("auth.sign_in_failed", self.enter, "wrong", address="192.0.2.9")
        self.assert_refused("auth.sign_in_throttled", self.enter)
        self.auth.check(self.auth.with_passkey(self.marc))
        self.now += 15 * MINUTE
        self.enter()

    def test_fifty_failures_close_an_address_whatever_the_account(self):
        for number in range(50):
            self.assert_refused("auth.sign_in_failed", self.enter, "wrong", email=f"{number}@foods.example")
        self.assert_refused("auth.sign_in_throttled", self.enter)
        self.enter(address="192.0.2.2")

    def test_attempts_hold_no_address_and_not_its_plain_digest(self):
        self.enter(email="Marc@foods.example ")
        self.enter()
        self.assertEqual(1, len({row[0] for row in self.store.attempts}))
        self.assertNotIn(sign_in.digest("marc@foods.example").hex(), repr(self.store.attempts))
        self.assertNotIn("marc", repr(self.store.attempts))

    def test_a_throttled_attempt_is_not_even_hashed(self):
        self.store.attempts = [(self.auth.account("marc@foods.example"), "x", START, "wrong-password")] * 10
        with mock.patch.object(sign_in, "scrypt") as work:
            self.assert_refused("auth.sign_in_throttled", self.enter)
        work.assert_not_called()


class Factor(Case):
    def test_a_role_that_needs_a_factor_is_not_entered_without_one(self):
        self.store.add(replace(self.marc, factor_required=True))
        self.assert_refused("auth.sign_in_failed", self.enter, cause="wrong-factor")

    def test_a_code_works_once_and_with_half_a_minute_of_drift(self):
        self.give_totp()
        for offset in (-30, 0, 30):
            self.enter(code=self.code(offset))
            self.assert_refused("auth.sign_in_failed", self.enter, code=self.code(offset), cause="wrong-factor")
        self.assert_refused("auth.sign_in_failed", self.enter, code=self.code(-30), cause="wrong-factor")
        self.now += 5 * MINUTE
        self.assert_refused("auth.sign_in_failed", self.enter, code=self.code(-60), cause="wrong-factor")
        self.assert_refused("auth.sign_in_failed", self.enter, code="", cause="wrong-factor")

    def test_the_code_is_the_one_of_rfc_6238(self):
        self.assertTrue(sign_in.totp_is(SEED, "287082", 1))  # 94287082 at 59 s, its last six digits

    def test_a_recovery_code_works_once_however_it_is_typed(self):
        code = sign_in.recovery_codes()[0]
        self.assertRegex(code, r"\A[A-Z2-7]{4}(-[A-Z2-7]{4}){3}\Z")
        self.give_totp(recovery_hashes=(hash_password(code.replace("-", ""), CHEAP),))
        self.enter(code=code.lower())
        self.assertIn("sign_in.recovery_used", [event["action"] for event in self.events])
        self.assert_refused("auth.sign_in_failed", self.enter, code=code)

    def test_ten_recovery_codes_differ(self):
        self.assertEqual(10, len(set(sign_in.recovery_codes())))


class Sessions(Case):
    def test_a_session_ends_after_its_idle_time_and_at_its_end(self):
        for kind, idle, life in (("user", HOUR, 12 * HOUR), ("staff", 30 * MINUTE, 10 * HOUR)):
            self.now = START
            cookie = self.auth.open(replace(self.marc, kind=kind), "passkey")
            while self.now + idle - SECOND < START + life:
                self.now += idle - SECOND
                self.auth.check(cookie)
            self.now = START + life - SECOND
            self.auth.check(cookie)
            self.now += SECOND
            self.assert_refused("auth.session_expired", self.auth.check, cookie, cause="expired")
            self.now = START
            cookie = self.auth.open(replace(self.marc, kind=kind), "passkey")
            self.now += idle
            self.assert_refused("auth.session_expired", self.auth.check, cookie, cause="idle")
            self.now = START
            self.assert_refused("auth.session_expired", self.auth.check, cookie, cause="ended")

    def test_each_sign_in_has_a_new_cookie_of_256_bits_and_only_its_digest_is_kept(self):
        first, second = self.enter(), self.enter()
        self.assertNotEqual(first, second)
        self.assertEqual(43, len(first))
        self.assertNotIn(first, repr(self.store.held) + repr(self.events))

    def test_the_last_sight_is_written_once_a_minute(self):
        cookie = self.enter()
        with mock.patch.object(self.store, "save_session", wraps=self.store.add_session) as saved:
            for seconds in (10, 59, 60, 100, 119, 120):
                self.now = START + seconds * SECOND
                self.auth.check(cookie)
        self.assertEqual(2, saved.call_count)

    def test_nothing_and_nonsense_are_no_session(self):
        for cookie in (None, "", "x"):
            self.assert_refused("auth.session_expired", self.auth.check, cookie)

    def test_ending_all_can_keep_the_one_in_hand(self):
        mine, others = self.enter(), [self.enter(), self.enter()]
        self.assertEqual(2, self.auth.end_all(self.marc.id, "signed-out-everywhere", keep=sign_in.digest(mine)))
        self.auth.check(mine)
        for cookie in others:
            self.assert_refused("auth.session_expired", self.auth.check, cookie)


class Reset(Case):
    NEW = "another harbour in the sun"

    def ask(self, email="marc@foods.example"):
        self.auth.ask_reset(email, lambda *mail: self.mails.append(mail))
        return self.mails[-1][1] if self.mails else None

    def test_a_reset_changes_the_password_once_and_ends_every_session(self):
        cookie, token = self.enter(), self.ask()
        self.auth.reset(token, self.NEW, NOBODY)
        self.assert_refused("auth.session_expired", self.auth.check, cookie)
        self.assert_refused("auth.sign_in_failed", self.enter)
        self.enter(self.NEW)
        self.assert_refused("auth.token_invalid", self.auth.reset, token, self.NEW, NOBODY)

    def test_a_reset_is_no_way_around_the_second_factor(self):
        self.give_totp()
        self.auth.reset(self.ask(), self.NEW, NOBODY)
        self.assert_refused("auth.sign_in_failed", self.enter, self.NEW, cause="wrong-factor")

    def test_a_token_lives_30_minutes(self):
        token = self.ask()
        self.now += 30 * MINUTE
        self.assert_refused("auth.token_invalid", self.auth.reset, token, self.NEW, NOBODY)
        token = self.ask()
        self.now += 30 * MINUTE - SECOND
        self.auth.reset(token, self.NEW, NOBODY)

    def test_a_new_token_ends_the_one_before(self):
        first, second = self.ask(), self.ask()
        self.assert_refused("auth.token_invalid", self.auth.use_token, first, "password-reset")
        self.auth.use_token(second, "password-reset")

    def test_a_token_is_for_its_purpose_and_its_address(self):
        token = self.ask()
        self.assert_refused("auth.token_invalid", self.auth.use_token, token, "email-verification")
        self.store.add(replace(self.marc, email="new@foods.example"))
        self.assert_refused("auth.token_invalid", self.auth.use_token, token, "password-reset")

    def test_a_stranger_gets_the_same_answer_and_no_mail(self):
        self.assertIsNone(self.auth.ask_reset("nobody@foods.example", lambda *mail: self.fail("a mail")))
        for change in ({"locked": True}, {"kind": "staff"}):
            self.store.add(replace(self.marc, **change))
            self.auth.ask_reset("marc@foods.example", lambda *mail: self.fail("a mail"))

    def test_a_weak_password_is_told_and_the_token_stays_good(self):
        token = self.ask()
        self.assert_refused("request.invalid", self.auth.reset, token, "short", NOBODY)
        self.auth.reset(token, self.NEW, NOBODY)


class Passwords(unittest.TestCase):
    def weak(self, password, with_factor=False, blocked=NOBODY, context=()):
        return sign_in.weakness(password, with_factor=with_factor, blocked=blocked, context=context)

    def test_fifteen_characters_alone_eight_with_a_factor(self):
        self.assertIn("15", self.weak("abcdefghij1234"))
        self.assertIsNone(self.weak("abcdefghij12345"))
        self.assertIn("8", self.weak("abcdef1", True))
        self.assertIsNone(self.weak("abcdef12", True))
        self.assertIn("128", self.weak("abc" * 43))
        self.assertIsNone(self.weak("correct horse battery staple"))

    def test_what_is_tried_first_is_refused(self):
        blocked = frozenset({"qwertyuiopasdfgh"})
        self.assertIn("list", self.weak("QwertyuiopASDFGH", blocked=blocked))
        self.assertIn("list", self.weak("abababababababab"))
        self.assertIn("name", self.weak("harbourline-2026-winter", context=("harbourline",)))

    def test_a_password_is_the_same_in_both_spellings_of_an_accent(self):
        stored = hash_password("caf\u00e9 am hafen heute", CHEAP)
        self.assertTrue(sign_in.check_password("cafe\u0301 am hafen heute", stored))
        self.assertFalse(sign_in.check_password("cafe am hafen heute", stored))

    def test_two_hashes_of_one_password_differ_and_the_cost_is_todays(self):
        first = hash_password(PASSWORD)
        self.assertRegex(first, r"\Ascrypt\$17\$8\$1\$")
        self.assertTrue(sign_in.check_password(PASSWORD, first))
        self.assertFalse(sign_in.is_cheap(first))
        self.assertTrue(sign_in.is_cheap(hash_password(PASSWORD, CHEAP)))
        self.assertNotEqual(hash_password(PASSWORD, CHEAP), hash_password(PASSWORD, CHEAP))


class CrossSite(unittest.TestCase):
    def test_another_site_cannot_change_anything(self):
        own = "https://portal.harbourline.example"
        bad = sign_in.may_come_from_elsewhere
        self.assertFalse(bad("GET", {"Sec-Fetch-Site": "cross-site"}, own))
        self.assertFalse(bad("POST", {"Sec-Fetch-Site": "same-origin"}, own))
        for site in ("cross-site", "same-site", "none"):
            self.assertTrue(bad("POST", {"Sec-Fetch-Site": site, "Origin": own}, own))
        self.assertFalse(bad("POST", {"Origin": own}, own))
        self.assertTrue(bad("POST", {"Origin": "https://evil.example"}, own))
        self.assertTrue(bad("DELETE", {}, own))


if __name__ == "__main__":
    unittest.main()
