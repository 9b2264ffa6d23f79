"""Tests of api_keys.py. `python3 -m unittest` in this folder; standard library only.

`LifeCycle` uses a store in memory here; tests/handbook/test_api_key_management.py runs the same class on PostgreSQL.
"""

import io
import math
import sys
import tempfile
import unittest
import uuid
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import api_keys
from api_keys import SCOPES, ApiKeys, Problem, checksum, digest, find_keys, generate, reminder, scan

ORGANISATION, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
PERSON = uuid.UUID(int=10)
START = datetime(2026, 3, 1, 9, 0, tzinfo=timezone.utc)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class MemoryStore:
    """The store's contract in its simplest form."""

    def __init__(self):
        self.rows, self.touched = {}, 0

    def insert(self, key):
        self.rows[key.id] = key

    def by_digest(self, wanted):
        return next((key for key in self.rows.values() if key.digest == wanted), None)

    def by_id(self, key_id):
        return self.rows.get(key_id)

    def successor(self, key_id):
        return next((key for key in self.rows.values() if key.replaces == key_id), None)

    def open_keys(self, organisation_id=None):
        return [key for key in self.rows.values()
                if key.revoked_at is None and organisation_id in (None, key.organisation_id)]

    def save(self, key):
        self.rows[key.id] = key

    def touch(self, key_id, now):
        self.touched += 1
        self.rows[key_id] = replace(self.rows[key_id], last_used_at=now)


class Format(unittest.TestCase):
    def test_a_key_has_prefix_mode_32_random_and_6_checksum_characters(self):
        for mode in ("live", "test"):
            self.assertRegex(generate(mode), rf"\Ahbl_{mode}_[0-9A-Za-z]{{32}}_[0-9A-Za-z]{{6}}\Z")

    def test_the_random_part_has_190_bits_and_uses_the_whole_alphabet(self):
        self.assertEqual(62, len(set(api_keys.ALPHABET)))
        self.assertGreater(api_keys.RANDOM_CHARS * math.log2(62), 190)
        seen = set("".join(generate("live").split("_")[2] for _ in range(200)))
        self.assertEqual(set(api_keys.ALPHABET), seen)

    def test_two_keys_differ(self):
        self.assertEqual(500, len({generate("live") for _ in range(500)}))

    def test_the_checksum_is_crc_32_in_base_62_padded_to_six(self):
        # The check value of CRC-32 is 0xCBF43926 for these nine digits; 0 needs padding.
        self.assertEqual("3jZRME", checksum("123456789"))
        self.assertEqual(0xCBF43926, sum(api_keys.ALPHABET.index(c) * 62 ** i for i, c in enumerate("EMRZj3")))
        self.assertEqual("000000", checksum(""))

    def test_every_single_wrong_character_is_found(self):
        key = generate("live")
        for at in range(len("hbl_live_"), len(key)):
            if key[at] != "_":
                wrong = key[:at] + ("b" if key[at] == "a" else "a") + key[at + 1:]
                self.assertEqual([], find_keys(wrong), at)

    def test_the_mode_is_under_the_checksum(self):
        self.assertEqual([], find_keys(generate("live").replace("_live_", "_test_")))

    def test_keys_are_found_inside_text_and_beside_other_characters(self):
        one, two = generate("live"), generate("test")
        self.assertEqual([one, two], find_keys(f'KEY_{one}x "{two}",\n {one[:-1]}'))


class LifeCycle(unittest.TestCase):
    def make_store(self):
        return MemoryStore()

    def setUp(self):
        self.now, self.events = START, []
        self.keys = ApiKeys(self.make_store(), self.events.append, lambda: self.now)

    def issue(self, scopes=("invoices:read",), **other):
        return self.keys.issue(**{"organisation_id": ORGANISATION, "created_by": PERSON, "label": "Ledger export",
                                  "scopes": scopes, "grantable": SCOPES, **other})

    def rotate(self, key, **other):
        return self.keys.rotate(key.id, **{"organisation_id": ORGANISATION, "created_by": PERSON,
                                           "grantable": SCOPES, **other})

    def verify(self, secret, scope="invoices:read"):
        return self.keys.verify(f"Bearer {secret}", scope)

    def stored(self, key):
        return self.keys.store.by_id(key.id)

    def assert_refused(self, code, call, *arguments, status=None, **named):
        with self.assertRaises(Problem) as caught:
            call(*arguments, **named)
        self.assertEqual(code, caught.exception.code)
        if status:
            self.assertEqual(status, caught.exception.status)
        return caught.exception

    def actions(self):
        return [event["action"] for event in self.events]

    # Issue

    def test_an_issued_key_verifies_and_belongs_to_its_organisation(self):
        issued = self.issue()
        self.assertEqual(ORGANISATION, self.verify(issued.secret).organisation_id)

    def test_only_a_digest_is_stored_and_nothing_else_tells_the_key(self):
        issued = self.issue()
        row = self.stored(issued.key)
        self.assertEqual(digest(issued.secret), row.digest)
        self.assertEqual(32, len(row.digest))
        random_part = issued.secret.split("_")[2]
        everything = repr(vars(row)) + repr(row) + repr(issued) + repr(self.events)
        self.assertNotIn(random_part, everything)
        self.assertNotIn(random_part[:5], everything)
        self.assertEqual(random_part[:4], row.hint)
        self.assertNotIn(repr(row.digest), repr(row) + repr(self.events))

    def test_a_live_key_lives_365_days_and_a_test_key_90(self):
        self.assertEqual(START + 365 * DAY, self.issue().key.expires_at)
        self.assertEqual(START + 90 * DAY, self.issue(mode="test").key.expires_at)

    def test_a_lifetime_may_be_shorter_but_not_longer_or_nothing(self):
        self.assertEqual(START + DAY, self.issue(lifetime=DAY).key.expires_at)
        for lifetime in (365 * DAY + SECOND, timedelta(0), -DAY):
            self.assert_refused("api_keys.invalid", self.issue, lifetime=lifetime, status=422)
        self.assert_refused("api_keys.invalid", self.issue, mode="test", lifetime=90 * DAY + SECOND)

    def test_a_bad_label_mode_or_scope_is_refused(self):
        for bad in ({"label": " "}, {"label": "x" * 81}, {"label": f"was {generate('live')}"}, {"mode": "beta"},
                    {"scopes": []}, {"scopes": ["invoices:delete"]}):
            self.assert_refused("api_keys.invalid", self.issue, **bad)
        self.assertEqual("x" * 80, self.issue(label="x" * 80).key.label)

    def test_nobody_grants_a_scope_that_their_role_lacks(self):
        self.assert_refused("api_keys.scope_not_grantable", self.issue, ["invoices:read", "invoices:write"],
                            grantable=SCOPES - {"invoices:write"}, status=403)
        self.assertEqual([], self.events)

    # Verify

    def test_a_request_without_a_key_is_told_how_to_send_one(self):
        for nothing in (None, ""):
            problem = self.assert_refused("auth.key_missing", self.keys.verify, nothing, "invoices:read", status=401)
            self.assertEqual('Bearer realm="api"', problem.challenge)

    def test_a_wrong_checksum_is_refused_without_asking_the_database(self):
        secret = self.issue().secret
        wrong = secret[:-1] + ("0" if secret[-1] != "0" else "1")
        with mock.patch.object(self.keys, "store", None):
            for text in (wrong, secret + "\n", secret[:-1], f"{secret} {secret}", secret.replace("hbl", "xyz"), "é"):
                self.assert_refused("auth.key_malformed", self.verify, text, status=401)
            self.assert_refused("auth.key_malformed", self.keys.verify, f"Basic {secret}", "invoices:read")

    def test_the_scheme_ignores_case(self):
        self.keys.verify(f"bearer {self.issue().secret}", "invoices:read")

    def test_a_well_formed_stranger_is_unknown(self):
        self.issue()
        problem = self.assert_refused("auth.key_unknown", self.verify, generate("live"), status=401)
        self.assertIn('error="invalid_token"', problem.challenge)

    def test_a_row_that_the_store_gives_wrongly_is_refused(self):
        row = self.issue().key
        with mock.patch.object(self.keys.store, "by_digest", return_value=row):
            self.assert_refused("auth.key_unknown", self.verify, generate("live"))

    def test_a_key_ends_at_the_second_of_its_expiry(self):
        issued = self.issue()
        self.now = issued.key.expires_at - SECOND
        self.verify(issued.secret)
        self.now = issued.key.expires_at
        self.assert_refused("auth.key_expired", self.verify, issued.secret, status=401)

    def test_a_scope_that_the_key_lacks_is_refused_with_403(self):
        secret = self.issue(["invoices:read", "webhooks:read"]).secret
        self.verify(secret, "webhooks:read")
        problem = self.assert_refused("auth.scope_missing", self.verify, secret, "invoices:write", status=403)
        self.assertIn('error="insufficient_scope", scope="invoices:write"', problem.challenge)

    def test_a_problem_body_follows_rfc_9457_and_keeps_the_key_out(self):
        issued = self.issue()
        self.keys.revoke(issued.key.id, reason="client", actor="user:1")
        problem = self.assert_refused("auth.key_revoked", self.verify, issued.secret)
        self.assertEqual({"type": "https://api.harbourline.example/errors/auth.key_revoked",
                          "title": "This key was revoked", "status": 401, "code": "auth.key_revoked"}, problem.body())
        self.assertNotIn(issued.secret, repr(problem) + repr(problem.body()))

    def test_the_last_use_is_written_once_in_15_minutes(self):
        issued, touches = self.issue(), []
        real = self.keys.store.touch
        with mock.patch.object(self.keys.store, "touch", lambda *a: (touches.append(a[1]), real(*a))):
            for minutes in (0, 14, 15, 29, 31):
                self.now = START + timedelta(minutes=minutes)
                self.verify(issued.secret)
        self.assertEqual([START, START + timedelta(minutes=15), START + timedelta(minutes=31)], touches)
        self.assertEqual(START + timedelta(minutes=31), self.stored(issued.key).last_used_at)

    def test_a_refused_request_is_no_use(self):
        issued = self.issue()
        self.assert_refused("auth.scope_missing", self.verify, issued.secret, "usage:read")
        self.assertIsNone(self.stored(issued.key).last_used_at)

    # Rotate

    def test_both_keys_work_in_the_overlap_and_only_the_new_one_after_it(self):
        old = self.issue(["invoices:read", "usage:read"])
        self.now = START + 180 * DAY
        new = self.rotate(old.key)
        self.assertEqual((old.key.scopes, "live", old.key.label, old.key.id),
                         (new.key.scopes, new.key.mode, new.key.label, new.key.replaces))
        self.assertEqual(self.now + 365 * DAY, new.key.expires_at)
        self.now += 72 * HOUR - SECOND
        self.verify(old.secret)
        self.verify(new.secret)
        self.now += SECOND
        self.assert_refused("auth.key_expired", self.verify, old.secret)
        self.verify(new.secret)

    def test_an_overlap_never_extends_the_old_key(self):
        old = self.issue()
        self.now = old.key.expires_at - HOUR
        self.rotate(old.key)
        self.assertEqual(old.key.expires_at, self.stored(old.key).expires_at)

    def test_an_overlap_of_nothing_revokes_and_one_over_168_hours_is_refused(self):
        old = self.issue()
        for overlap in (168 * HOUR + SECOND, -SECOND):
            self.assert_refused("api_keys.invalid", self.rotate, old.key, overlap=overlap)
        new = self.rotate(old.key, overlap=timedelta(0))
        self.assert_refused("auth.key_revoked", self.verify, old.secret)
        latest = self.rotate(new.key, overlap=168 * HOUR)
        self.assertEqual(START + 168 * HOUR, self.stored(new.key).expires_at)
        self.verify(latest.secret)

    def test_a_key_is_rotated_once_by_its_own_organisation_with_all_its_scopes(self):
        old = self.issue(["invoices:write"])
        self.assert_refused("api_keys.not_found", self.rotate, old.key, organisation_id=OTHER, status=404)
        self.assert_refused("api_keys.scope_not_grantable", self.rotate, old.key,
                            grantable=SCOPES - {"invoices:write"}, status=403)
        self.rotate(old.key)
        self.assert_refused("api_keys.already_rotated", self.rotate, old.key, status=409)

    def test_an_ended_key_is_not_rotated(self):
        revoked, expired = self.issue(), self.issue()
        self.keys.revoke(revoked.key.id, reason="client", actor="user:1")
        self.assert_refused("api_keys.not_open", self.rotate, revoked.key, status=409)
        self.now = expired.key.expires_at
        self.assert_refused("api_keys.not_open", self.rotate, expired.key)

    # Revoke

    def test_a_revoked_key_is_refused_at_once_and_again_is_no_fault(self):
        issued = self.issue()
        self.verify(issued.secret)
        self.keys.revoke(issued.key.id, organisation_id=ORGANISATION, reason="client", actor="user:1")
        self.assert_refused("auth.key_revoked", self.verify, issued.secret, status=401)
        self.now += HOUR
        again = self.keys.revoke(issued.key.id, reason="staff", actor="staff:2")
        self.assertEqual((START, "client"), (again.revoked_at, again.revoked_reason))
        self.assertEqual(["api_key.created", "api_key.revoked"], self.actions())

    def test_a_foreign_organisation_cannot_revoke(self):
        issued = self.issue()
        self.assert_refused("api_keys.not_found", self.keys.revoke, issued.key.id, organisation_id=OTHER,
                            reason="client", actor="user:1")
        self.verify(issued.secret)

    def test_an_unknown_reason_is_refused(self):
        self.assert_refused("api_keys.invalid", self.keys.revoke, self.issue().key.id, reason="bored", actor="user:1")

    def test_offboarding_ends_every_key_of_one_organisation(self):
        mine, other = [self.issue(), self.issue(mode="test")], self.issue(organisation_id=OTHER)
        ended = self.keys.revoke_all(ORGANISATION, reason="offboarding", actor="staff:2")
        self.assertEqual({key.key.id for key in mine}, {key.id for key in ended})
        for key in mine:
            self.assert_refused("auth.key_revoked", self.verify, key.secret)
        self.verify(other.secret)

    # Leak

    def test_a_leaked_key_is_revoked_and_the_place_is_recorded_without_the_key(self):
        issued, stranger = self.issue(), generate("live")
        self.now += HOUR
        place = "https://example.org/repo/blob/1/settings.py"
        report = f"KEY = '{issued.secret}'\n{issued.secret}\nOLD = '{stranger}'\nBAD = '{stranger[:-1]}_'"
        outcome = self.keys.report_leak(report, found_at=place, actor="system:secret-scanning")
        self.assertEqual([(issued.key.hint, "revoked"), (stranger.split("_")[2][:4], "unknown")], outcome)
        self.assert_refused("auth.key_revoked", self.verify, issued.secret)
        self.assertEqual("leaked", self.stored(issued.key).revoked_reason)
        self.assertEqual(["api_key.created", "api_key.leak_reported", "api_key.revoked"], self.actions())
        self.assertEqual(place, self.events[1]["detail"]["found_at"])
        self.assertNotIn(issued.secret, repr(self.events))

    def test_a_leak_of_an_old_key_leaves_its_successor_alone(self):
        old = self.issue()
        new = self.rotate(old.key)
        self.assertEqual("revoked", self.keys.report_leak(old.secret, found_at="x", actor="staff:2")[0][1])
        self.assert_refused("auth.key_revoked", self.verify, old.secret)
        self.verify(new.secret)

    def test_a_leak_of_an_ended_key_is_recorded_and_changes_nothing(self):
        ended, expired = self.issue(), self.issue()
        self.keys.revoke(ended.key.id, reason="client", actor="user:1")
        self.now = expired.key.expires_at
        report = f"{ended.secret} {expired.secret}"
        self.assertEqual(["already-ended"] * 2,
                         [outcome for _, outcome in self.keys.report_leak(report, found_at="x", actor="staff:2")])
        self.assertEqual("client", self.stored(ended.key).revoked_reason)
        self.assertEqual(2, self.actions().count("api_key.leak_reported"))

    # Sweep

    def test_the_sweep_ends_what_expired_and_what_nobody_uses(self):
        short, used, unused = self.issue(lifetime=DAY), self.issue(), self.issue()
        for at, ended in ((DAY - SECOND, []), (DAY, [(short.key.id, "expired")])):
            self.now = START + at
            self.assertEqual(ended, [(key.id, key.revoked_reason) for key in self.keys.sweep()])
        self.verify(used.secret)
        self.now = START + 90 * DAY - SECOND
        self.assertEqual([], self.keys.sweep())
        self.now += SECOND
        self.assertEqual([(unused.key.id, "idle")], [(key.id, key.revoked_reason) for key in self.keys.sweep()])
        self.assert_refused("auth.key_expired", self.verify, short.secret)
        self.assert_refused("auth.key_revoked", self.verify, unused.secret)
        self.verify(used.secret)
        self.now = START + 91 * DAY  # One day after its first use was noted, plus ninety: not yet idle.
        self.assertEqual([], self.keys.sweep())

    def test_an_unused_test_key_ends_after_30_days(self):
        key = self.issue(mode="test").key
        self.now = START + 30 * DAY - SECOND
        self.assertEqual([], self.keys.sweep())
        self.now += SECOND
        self.assertEqual([key.id], [ended.id for ended in self.keys.sweep()])


class Reminders(unittest.TestCase):
    def test_each_reminder_has_its_day(self):
        keys = ApiKeys(MemoryStore(), lambda event: None, lambda: START)
        key = keys.issue(organisation_id=ORGANISATION, created_by=PERSON, label="x", scopes=["usage:read"],
                         grantable=SCOPES).key
        said = {day: reminder(replace(key, last_used_at=START + (day - 1) * DAY), START + day * DAY)
                for day in range(1, 365)}
        self.assertEqual({180: "rotation is due", 335: "expires in 30 days", 358: "expires in 7 days",
                          364: "expires tomorrow"}, {day: text for day, text in said.items() if text})
        unused = {day: reminder(key, START + day * DAY) for day in range(1, 91)}
        self.assertEqual({83: "unused, ends in 7 days"}, {day: text for day, text in unused.items() if text})


class Scan(unittest.TestCase):
    def test_a_file_with_a_key_fails_and_the_key_is_not_printed(self):
        key = generate("live")
        with tempfile.TemporaryDirectory() as folder:
            bad, good = Path(folder, "settings.py"), Path(folder, "clean.py")
            bad.write_text(f"# first line\nKEY = '{key}'\n")
            good.write_text(f"EXAMPLE = '{key[:-6]}000000'\n" if not key.endswith("000000") else "")
            out = io.StringIO()
            with redirect_stdout(out):
                self.assertEqual(1, scan([str(good), str(bad)]))
                self.assertEqual(0, scan([str(good)]))
        self.assertEqual(f"{bad}:2: API key {key[:13]}…\n", out.getvalue())


if __name__ == "__main__":
    unittest.main()
