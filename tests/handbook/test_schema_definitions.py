"""The reference product's database: it can be made, its constraints refuse what they say, and the registers agree."""

import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import postgres
from tools import load_csv

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "content/reference"
KEYS = ROOT / "content/security-and-authentication/api-key-management/api_keys.sql"
SCHEMA = (REFERENCE / "schema.sql").read_text(encoding="utf-8")

FAULT = """
create function fault(statement text) returns text language plpgsql as $$
declare
    name text;
begin
    execute statement;
    set constraints all immediate;
    raise 'accepted';
exception when others then
    get stacked diagnostics name = constraint_name;
    return coalesce(nullif(name, ''), sqlerrm);
end $$;
"""


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.psql(SCHEMA + (REFERENCE / "seed.sql").read_text(encoding="utf-8"))
    database.psql(FAULT)


def rows(name):
    return load_csv(REFERENCE / name)


def lines(sql):
    return database.psql(sql).splitlines()


def faults():
    """Constraint and statement of each line of schema_faults.sql."""
    text = Path(__file__).with_name("schema_faults.sql").read_text(encoding="utf-8")
    return [line.split(": ", 1) for line in text.splitlines() if not line.startswith("--")]


class Constraints(unittest.TestCase):
    def test_each_constraint_refuses_its_fault(self):
        for constraint, statement in faults():
            with self.subTest(constraint):
                self.assertEqual(constraint, database.psql(f"select fault($fault${statement}$fault$)"))

    def test_each_constraint_has_a_fault(self):
        # api_keys is tested on its own page. A family is a unique pair with the key in it: nothing can break it alone.
        made = set(lines(
            "select conname from pg_constraint where contype in ('c', 'u') and connamespace = 'public'::regnamespace"
            " union select c.relname from pg_index i join pg_class c on c.oid = indexrelid"
            " where indisunique and not indisprimary and c.relnamespace = 'public'::regnamespace"
            " union select conname from pg_constraint where contype = 'f' and cardinality(conkey) > 1"))
        made = {name for name in made if not name.startswith("api_keys_") and not name.endswith("_family")}
        self.assertEqual(made, {constraint for constraint, _ in faults()})

    def test_a_sound_statement_is_not_refused(self):
        self.assertEqual("accepted", database.psql("select fault('update users set locale = ''de-DE''')"))


class Rules(unittest.TestCase):
    def refused(self, words, sql):
        self.assertIn(words, database.psql_fails(sql))

    def test_an_organisation_keeps_an_owner_and_passes_it_on_in_two_steps(self):
        owner, other = "'02000000-0000-4000-8000-00000000000a'", "'02100000-0000-4000-8000-00000000000a'"
        self.refused("needs an owner", f"delete from members where id = {owner}")
        self.refused("needs an owner", f"update members set role = 'admin' where id = {owner}")
        self.refused("needs an owner", "delete from users where id = '01000000-0000-4000-8000-00000000000a'")
        database.psql(f"update members set role = 'admin' where id = {owner};"
                      f"update members set role = 'owner' where id = {other};")
        database.psql(f"update members set role = 'member' where id = {other};"
                      f"update members set role = 'owner' where id = {owner};")

    def test_an_issued_invoice_and_its_lines_stay_as_they_were_sent(self):
        issued = "'0e000000-0000-4000-8000-00000000000b'"
        for change in ("net_minor = 1", "buyer = '{}'", "issued_on = '2026-10-31'", "number = 'INV-2026-000099'"):
            self.refused("cannot change", f"update invoices set {change} where id = {issued}")
        self.refused("no step", "update invoices set status = 'open', paid_at = null where status = 'paid'")
        self.refused("lines of an issued", "update invoice_lines set description = 'Less'")
        self.refused("lines of an issued", f"delete from invoice_lines where invoice_id = {issued}")
        database.psql(f"begin; update invoices set due_on = due_on + 2 where id = {issued}; rollback")

    def test_an_invoice_is_issued_only_with_lines_that_add_up(self):
        issue = ("update invoices set status = 'open', number = next_number('INV-2026'), issued_on = '2026-11-02',"
                 " due_on = '2026-11-16', buyer = '{}' where id = '0e100000-0000-4000-8000-00000000000a'")
        self.refused("do not add up", issue)

    def test_numbers_of_invoices_have_no_gaps_when_a_transaction_fails(self):
        before = database.psql("select last_number from number_series where series = 'INV-2026'")
        database.psql_fails("select next_number('INV-2026'); select 1/0")
        self.assertEqual(before, database.psql("select last_number from number_series where series = 'INV-2026'"))

    def test_each_change_of_an_invoice_raises_its_version(self):
        self.assertEqual(["1", "2", "3"], lines("select version from invoices order by version"))

    def test_the_audit_log_is_chained_and_append_only(self):
        chain = ("select count(*) from audit_log a left join audit_log b on b.seq = a.seq - 1 where a.hash ="
                 " audit_log_hash(a) and a.previous_hash = coalesce(b.hash, decode(repeat('00', 32), 'hex'))")
        self.assertEqual("2", database.psql(chain))
        self.refused("append-only", "update audit_log set actor = 'system:nobody'")
        self.refused("append-only", "update audit_log set detail = '{\"hint\": \"none\"}'")
        self.refused("append-only", "delete from audit_log")
        self.refused("append-only", "truncate audit_log")
        self.assertEqual("2", database.psql(f"update audit_log set detail = null, erased_at = now(); {chain}; rollback"))

    def test_what_a_client_owns_goes_with_it_and_books_hold_it_back(self):
        self.refused("violates foreign key", "delete from organisations where slug = 'north-quay'")
        self.assertEqual("0", database.psql(
            "begin; delete from organisations where slug = 'example-foods-test';"
            "select count(*) from organisations where sandbox_of is not null; rollback"))


class Form(unittest.TestCase):
    def test_each_reference_has_an_index_to_find_what_refers(self):
        # Nothing is ever deleted from event_types, so nobody looks for what refers to it.
        self.assertEqual([], lines(
            "select conrelid::regclass || '.' || conname from pg_constraint c where contype = 'f'"
            " and confrelid <> 'event_types'::regclass and not exists (select from pg_index i"
            " where indrelid = conrelid and (indkey::int2[])[0] = any (conkey) and indpred is null)"))

    def test_times_know_their_zone_and_text_has_no_length_type(self):
        self.assertEqual([], lines(
            "select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'"
            " and (data_type in ('timestamp without time zone', 'character varying', 'character', 'real',"
            " 'double precision', 'money') or column_name ~ '_at$' <> (data_type = 'timestamp with time zone')"
            " and column_name !~ '^(period_start|period_end|cutoff|leased_until|previous_until|not_before|cancel_at.*|"
            "due_at)$')"))

    def test_names_are_plural_tables_and_constraints_named_after_their_table(self):
        self.assertEqual([], lines(
            "select conname from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0"
            " and conname not like conrelid::regclass || '\\_%'"))

    def test_each_row_of_a_client_carries_its_organisation(self):
        own = ("organisations users staff sessions one_time_tokens passkeys totp_seeds recovery_codes sign_in_attempts"
               " plans number_series event_types webhook_attempts purge_runs schema_migrations").split()
        carry = lines("select table_name from information_schema.columns where column_name = 'organisation_id'"
                      " and table_schema = 'public'")
        tables = set(lines("select tablename from pg_tables where schemaname = 'public'"))
        self.assertEqual(tables, set(own) | set(carry))

    def test_every_table_has_a_sample_row(self):
        for table in lines("select tablename from pg_tables where schemaname = 'public'"):
            self.assertNotEqual("0", database.psql(f"select count(*) from {table}"), table)


class Registers(unittest.TestCase):
    def test_the_counts_on_the_page_are_those_of_the_database(self):
        page = ROOT / "content/database-design/schema-definitions"
        counted = lines(page.joinpath("facts.sql").read_text())
        self.assertEqual(page.joinpath("facts.txt").read_text().splitlines(), counted)

    def test_plans_and_event_types_are_those_of_the_registers(self):
        columns = ("id", "price_minor", "included", "overage_minor", "rate_min", "burst", "sla", "support")
        plans = [dict(zip(columns, line.split("|"))) for line in
                 lines(f"select {', '.join(columns)} from plans order by price_minor")]
        registered = rows("plans.csv")
        for plan in plans + registered:
            plan["sla"] = float(plan["sla"])
        self.assertEqual(registered, plans)
        events = re.findall(r"- type: (\S+)\n  version: (\d+)\n.*?data_class: (\S+)",
                            (REFERENCE / "events.yaml").read_text(), re.S)
        self.assertEqual({"|".join(event) for event in events}, set(lines("select * from event_types")))

    def test_roles_and_lifetimes_are_those_of_the_registers(self):
        roles = {row["role"]: row["audience"] for row in rows("roles.csv")}
        for table, audience in (("members", "client"), ("staff", "staff")):
            listed = re.search(rf"{table}_role_known +check \(role in \((.*?)\)\)", SCHEMA)[1]
            self.assertEqual({role for role in roles if roles[role] == audience}, set(re.findall(r"'([\w-]+)'", listed)))
        lifetime = {row["kind"]: row["lifetime"] for row in rows("credentials.csv")}
        for kind, words in (("password-reset-token", "30 minutes"), ("email-verification-token", "24 hours"),
                            ("portal-session", "12 hours"), ("staff-session", "10 hours")):
            self.assertEqual(words, lifetime[kind])
            self.assertIn(f"interval '{words}'", SCHEMA)
        self.assertEqual("7 days", lifetime["invitation-token"])
        self.assertIn(f"interval '{7 * 24} hours'", SCHEMA)

    def test_webhook_figures_are_those_of_delivery(self):
        text = (REFERENCE / "delivery.yaml").read_text()
        tries = len(re.search(r"delays_s: \[(.*)\]", text)[1].split(","))
        size = re.search(r"body_max_bytes: (\d+)", text)[1]
        self.assertIn(f"check (attempts between 0 and {tries})", SCHEMA)
        self.assertIn(f"check (octet_length(body) between 2 and {size})", SCHEMA)
        triage = (ROOT / "content/integration-details/webhook-retry-logic/triage.sql").read_text()
        self.assertRegex(database.psql(triage), r"\A13000000-\S+0a\|pending\|\|HTTP 500\|1\|")

    def test_the_table_of_keys_is_that_of_its_page(self):
        part = re.search(r"-- ANCHOR: api_keys\n(.*?)-- ANCHOR_END: api_keys", SCHEMA, re.S)[1]
        page = KEYS.read_text(encoding="utf-8")
        page = re.sub(r"^-- ANCHOR.*\n", "", page[page.index("-- ANCHOR: table"):], flags=re.M)
        self.assertEqual(page.strip(), part.strip())

    def test_each_column_is_in_one_class_of_data(self):
        found, rest = {}, {}
        for row in rows("data-classes.csv"):
            for name in row["columns"].replace("none", "").split(";"):
                target = rest if name.endswith(".*") else found
                self.assertTrue(not name or name not in target, f"{name} is in two classes")
                target[name] = row["id"]
        columns = set(lines("select table_name || '.' || column_name from information_schema.columns"
                            " where table_schema = 'public'"))
        self.assertLessEqual(set(found) - {""}, columns)
        self.assertEqual({name.split(".")[0] for name in columns}, {name.split(".")[0] for name in rest})

    def test_the_audit_log_keeps_what_its_class_says(self):
        days = next(row["retention_days"] for row in rows("data-classes.csv") if row["id"] == "audit")
        self.assertIn(f"now() - interval '{days} days'", SCHEMA)


if __name__ == "__main__":
    unittest.main()
