"""The page API Key Management: its table on a real PostgreSQL, its code on that table, its figures in one place."""

import json
import os
import re
import sys
import tempfile
import tomllib
import unittest
import uuid
from datetime import datetime, timedelta
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/security-and-authentication/api-key-management"
REFERENCE = ROOT / "content/reference"
sys.path[:0] = [str(PAGE), str(Path(__file__).parent)]

import api_keys
import postgres
import test_api_keys as behaviour
from tools import load_csv

PARENTS = """
create table organisations (id uuid primary key);
create table users (id uuid primary key);
insert into organisations select ('00000000-0000-0000-0000-00000000000' || n)::uuid from generate_series(1, 2) n;
insert into users values ('00000000-0000-0000-0000-00000000000a');
"""


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.psql(PARENTS + (PAGE / "api_keys.sql").read_text())


def rows(name):
    return load_csv(REFERENCE / name)


def literal(value):
    """A Python value as a constant of PostgreSQL."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, list):
        return "array[" + ", ".join(map(literal, value)) + "]::text[]"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return "'" + text.replace("'", "''") + "'"


def execute(sql, parameters):
    """What psycopg does for SqlStore in production, by psql."""
    bound = re.sub(r"%\((\w+)\)s", lambda match: literal(parameters[match[1]]), sql)
    if not sql.startswith("select"):
        database.psql(bound)
        return []
    output = database.psql(f"select row_to_json(q) from ({bound}) q")
    return [typed(json.loads(line)) for line in output.splitlines()]


def typed(row):
    for name, value in row.items():
        if value is not None and (name == "id" or name in ("organisation_id", "created_by", "replaces")):
            row[name] = uuid.UUID(value)
        elif value is not None and name.endswith("_at"):
            row[name] = datetime.fromisoformat(value)
        elif name == "digest":
            row[name] = bytes.fromhex(value.removeprefix("\\x"))
    return row


class OnPostgres(behaviour.LifeCycle):
    """Every behaviour of the module again, with its own SQL on the table."""

    def make_store(self):
        database.psql("truncate api_keys")
        return api_keys.SqlStore(execute)


class Table(unittest.TestCase):
    ROW = {
        "id": "'00000000-0000-0000-0000-0000000000f1'", "organisation_id": "'00000000-0000-0000-0000-000000000001'",
        "created_by": "'00000000-0000-0000-0000-00000000000a'", "label": "'Ledger export'", "mode": "'live'",
        "hint": "'Kx7Q'", "digest": "sha256('one')", "scopes": "array['invoices:read']",
        "created_at": "timestamptz '2026-03-01 09:00Z'", "expires_at": "timestamptz '2027-03-01 09:00Z'",
    }
    SECOND_ID = "'00000000-0000-0000-0000-0000000000f2'"

    def setUp(self):
        database.psql("truncate api_keys")

    def insert(self, **changes):
        row = {**self.ROW, **changes}
        return f"insert into api_keys ({', '.join(row)}) values ({', '.join(row.values())});"

    def successor(self, **changes):
        return self.insert(**{"id": self.SECOND_ID, "digest": "sha256('two')", "replaces": self.ROW["id"], **changes})

    def refused(self, constraint, sql):
        self.assertIn(constraint, database.psql_fails(sql))

    def test_a_sound_row_and_its_successor_are_accepted(self):
        database.psql(self.insert() + self.successor())
        self.assertEqual("2", database.psql("select count(*) from api_keys"))

    def test_each_constraint_refuses_its_fault(self):
        faults = {
            "api_keys_digest_size": {"digest": "'hbl_live_the_key_itself'"},
            "api_keys_hint_form": {"hint": "'Kx7Q9'"},
            "api_keys_mode_known": {"mode": "'beta'", "expires_at": "timestamptz '2026-03-02 09:00Z'"},
            "api_keys_label_clean": {"label": "'old key hbl_live_Kx7Q'"},
            "api_keys_scopes_some": {"scopes": "'{}'"},
            "api_keys_scopes_known": {"scopes": "array['invoices:read', 'invoices:delete']"},
            "api_keys_lifetime": {"expires_at": "timestamptz '2027-03-01 09:00:01Z'"},
            "api_keys_not_own_successor": {"replaces": self.ROW["id"]},
            "api_keys_revoked_whole": {"revoked_at": "timestamptz '2026-03-02 09:00Z'"},
            "api_keys_revoked_later": {"revoked_at": "timestamptz '2026-02-28 09:00Z'", "revoked_reason": "'client'"},
            "api_keys_revoked_known": {"revoked_at": "timestamptz '2026-03-02 09:00Z'", "revoked_reason": "'bored'"},
            "api_keys_organisation_id_fkey": {"organisation_id": "'00000000-0000-0000-0000-000000000009'"},
            "api_keys_created_by_fkey": {"created_by": "'00000000-0000-0000-0000-000000000009'"},
            "api_keys_replaces_family": {"replaces": self.SECOND_ID},
        }
        for constraint, change in faults.items():
            with self.subTest(constraint):
                self.refused(constraint, self.insert(**change))
        for change in ({"label": "'  '"}, {"label": "repeat('x', 81)"}):
            self.refused("api_keys_label_clean", self.insert(**change))
        self.refused("api_keys_scopes_known", self.insert(scopes="array['invoices:read', null]"))
        self.refused("api_keys_lifetime", self.insert(expires_at=self.ROW["created_at"]))

    def test_every_column_that_must_be_there_is(self):
        for column in ("organisation_id", "label", "mode", "hint", "digest", "scopes", "created_at", "expires_at"):
            with self.subTest(column):
                self.refused("not-null", self.insert(**{column: "null"}))

    def test_a_test_key_lives_90_days_at_most(self):
        database.psql(self.insert(mode="'test'", expires_at="timestamptz '2026-05-30 09:00Z'"))
        self.refused("api_keys_lifetime", self.successor(mode="'test'", expires_at="timestamptz '2026-05-30 09:00:01Z'"))

    def test_a_year_is_8760_hours_in_every_time_zone(self):
        # In Dublin these 365 days begin in summer time and end on the day that it ends: 8761 hours by the wall clock.
        start, end = "timestamptz '2025-10-25 11:00Z'", "timestamptz '2026-10-25 11:00:01Z'"
        self.refused("api_keys_lifetime", "set time zone 'Europe/Dublin';" + self.insert(created_at=start, expires_at=end))

    def test_a_digest_is_unique_and_a_key_is_rotated_once(self):
        database.psql(self.insert() + self.successor())
        third = {"id": "'00000000-0000-0000-0000-0000000000f3'"}
        self.refused("api_keys_digest_unique", self.insert(**third))
        self.refused("api_keys_replaces_unique", self.successor(**third, digest="sha256('three')"))

    def test_a_successor_stays_in_its_organisation_and_mode(self):
        database.psql(self.insert())
        self.refused("api_keys_replaces_family", self.successor(organisation_id="'00000000-0000-0000-0000-000000000002'"))
        self.refused("api_keys_replaces_family",
                     self.successor(mode="'test'", expires_at="timestamptz '2026-04-01 09:00Z'"))

    def test_what_a_key_is_cannot_change(self):
        database.psql(self.insert())
        for change in ("scopes = array['invoices:write']", "digest = sha256('two')", "mode = 'test'", "hint = 'aaaa'",
                       "organisation_id = '00000000-0000-0000-0000-000000000002'", f"id = {self.SECOND_ID}",
                       "created_at = timestamptz '2026-03-02 09:00Z'"):
            with self.subTest(change):
                self.refused("what a key is cannot change", f"update api_keys set {change}")
        database.psql("update api_keys set label = 'Renamed', last_used_at = now()")

    def test_a_life_is_shortened_but_not_extended_and_an_end_is_final(self):
        database.psql(self.insert())
        database.psql("update api_keys set expires_at = '2026-04-01 09:00Z'")
        self.refused("cannot be extended", "update api_keys set expires_at = '2026-04-01 09:00:01Z'")
        database.psql("update api_keys set revoked_at = '2026-03-02 09:00Z', revoked_reason = 'leaked'")
        self.refused("stays revoked", "update api_keys set revoked_at = null, revoked_reason = null")
        self.refused("stays revoked", "update api_keys set revoked_reason = 'client'")

    def test_a_key_outlives_its_creator_but_not_its_organisation(self):
        database.psql(self.insert() + self.successor())
        self.assertEqual("2|0", database.psql(
            "begin; delete from users; select count(*), count(created_by) from api_keys; rollback"))
        self.assertEqual("0", database.psql(
            "begin; delete from organisations; select count(*) from api_keys; rollback"))

    def test_verification_uses_an_index(self):
        plan = database.psql("set enable_seqscan = off; explain select * from api_keys where digest = sha256('one')")
        self.assertIn("api_keys_digest_unique", plan)

    def test_a_leaked_key_is_ended_from_a_file_when_the_application_is_down(self):
        leaked, other = api_keys.generate("live"), api_keys.generate("live")
        for number, key in ((1, leaked), (2, other)):
            database.psql(self.insert(id=f"'00000000-0000-0000-0000-0000000000f{number}'",
                                      digest=f"'\\x{api_keys.digest(key).hex()}'"))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(f"pasted by a stranger: '{leaked}', and more\n")
            file.flush()
            os.chmod(file.name, 0o644)
            script = f"\\setenv LEAK_FILE {file.name}\n" + (PAGE / "revoke_leaked.sql").read_text()
            self.assertIn("|live|Kx7Q|Ledger export|", database.psql(script))
            self.assertEqual("", database.psql(script))
        self.assertEqual("1", database.psql("select count(*) from api_keys where revoked_reason = 'leaked'"))
        self.assertEqual(api_keys.digest(other).hex(), database.psql(
            "select encode(digest, 'hex') from api_keys where revoked_at is null"))


class Figures(unittest.TestCase):
    """One fact, one place: the code agrees with the reference data that the page shows."""

    def test_scopes_agree_in_the_register_the_code_and_the_table(self):
        self.assertEqual({row["scope"] for row in rows("scopes.csv")}, api_keys.SCOPES)
        array = re.search(r"scopes <@ array\[(.*?)\]", (PAGE / "api_keys.sql").read_text(), re.S)[1]
        self.assertEqual(api_keys.SCOPES, set(re.findall(r"'([a-z_:]+)'", array)))

    def test_lifetimes_agree_with_the_register_of_credentials(self):
        kinds = {row["kind"]: row for row in rows("credentials.csv")}
        for mode, kind in (("live", "api-key"), ("test", "api-key-test")):
            row = kinds[kind]
            self.assertEqual(f"{api_keys.LIFETIME[mode].days} days", row["lifetime"])
            self.assertEqual(f"{api_keys.IDLE[mode].days} days", row["idle"])
            self.assertEqual(api_keys.OVERLAP, timedelta(hours=int(row["overlap_h"])))
            due = api_keys.ROTATION_DUE.get(mode)
            self.assertEqual(str(due.days) if due else "none", row["rotate_days"])

    def test_the_prefix_is_the_books(self):
        book = tomllib.loads((ROOT / "book.toml").read_text())
        self.assertEqual(book["variables"]["key_prefix"], api_keys.PREFIX)
        self.assertEqual(book["variables"]["api_url"], api_keys.API_URL)
        self.assertIn(f"'{api_keys.PREFIX}_(live|test)_'", (PAGE / "api_keys.sql").read_text())

    def test_reasons_agree_in_the_code_and_the_table(self):
        found = re.search(r"revoked_reason in\s+\((.*?)\)", (PAGE / "api_keys.sql").read_text(), re.S)[1]
        self.assertEqual(api_keys.REVOKE_REASONS, set(re.findall(r"'(\w+)'", found)))

    def test_no_key_with_a_right_checksum_stands_in_the_handbook(self):
        for path in sorted((ROOT / "content").rglob("*")):
            if path.is_file():
                self.assertEqual([], api_keys.find_keys(path.read_text("utf-8", errors="replace")), path)
