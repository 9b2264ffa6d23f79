"""The page Access Control: its roles and row-level security on PostgreSQL, tried as each role."""

import csv
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/security-and-authentication/access-control"
REFERENCE = ROOT / "content/reference"
sys.path.insert(0, str(Path(__file__).parent))

import postgres

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
OWNER_A = "01000000-0000-4000-8000-00000000000a"


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.psql((REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text())
    for _ in range(2):  # It runs again after each change.
        database.psql((PAGE / "roles.sql").read_text())
    database.psql("create role eve login; alter role portal_reader login")


def serving(organisation, sql, person=OWNER_A):
    return (f"select set_config('app.organisation_id', '{organisation}', true) is null;"
            f"select set_config('app.user_id', '{person}', true) is null; {sql}")


def seen(user, sql, organisation=None):
    """The last line that a role gets."""
    return database.psql(serving(organisation, sql) if organisation else sql, user=user).splitlines()[-1]


def refused(user, sql, organisation=None):
    return database.psql_fails(serving(organisation, sql) if organisation else sql, user=user)


class Isolation(unittest.TestCase):
    def tables(self):
        return database.psql("select table_name from information_schema.columns where table_schema = 'public'"
                             " and column_name = 'organisation_id'").splitlines()

    def test_every_table_of_clients_is_forced_under_a_policy(self):
        protected = database.psql("select relname from pg_class where relrowsecurity and relforcerowsecurity").split()
        self.assertEqual({*self.tables(), "organisations", "users", "webhook_attempts"}, set(protected))

    def test_a_client_sees_its_own_rows_and_no_others(self):
        for table in self.tables():
            granted = database.psql(f"select has_table_privilege('portal_app', '{table}', 'select')") == "t"
            if granted:
                sql = f"select count(*) filter (where organisation_id <> '{A}') from {table}"
                self.assertEqual("0", seen("portal_app", sql, A), table)
        self.assertEqual("2", seen("portal_app", "select count(*) from invoices", A))
        self.assertEqual("1", seen("portal_app", "select count(*) from invoices", B))
        self.assertEqual("2", seen("portal_app", "select count(*) from organisations", A), "itself and its sandbox")

    def test_attempts_follow_their_deliveries(self):
        self.assertEqual("1", seen("portal_app", "select count(*) from webhook_attempts", A))
        self.assertEqual("0", seen("portal_app", "select count(*) from webhook_attempts", B))

    def test_without_a_context_there_is_nothing(self):
        for table in ("organisations", "invoices", "api_keys", "users", "audit_log"):
            self.assertEqual("0", seen("portal_app", f"select count(*) from {table}"), table)

    def test_a_context_ends_with_its_transaction(self):
        done = database.program("psql", "-X", "-At", "-U", "portal_app", "-c", f"begin; select set_config("
                                f"'app.organisation_id', '{A}', true); commit; select count(*) from invoices")
        self.assertEqual("0", done.stdout.split()[-1])

    def test_nobody_writes_into_another_client(self):
        insert = f"insert into projects (organisation_id, name, budget_minor) values ('{B}', 'x', 1)"
        self.assertIn("row-level security", refused("portal_app", insert, A))
        self.assertIn("row-level security",
                      refused("portal_app", f"update projects set organisation_id = '{B}'", A))
        self.assertEqual("0", seen("portal_app", f"with u as (update projects set name = 'x' where organisation_id"
                                   f" = '{B}' returning 1) select count(*) from u", A))
        self.assertIn("row-level security", refused(
            "portal_app", f"insert into audit_log (organisation_id, actor, action) values ('{B}', 'user:x', 'a.b')", A))

    def test_a_person_sees_colleagues_and_no_secrets(self):
        self.assertEqual("2", seen("portal_app", "select count(*) from users", A))
        self.assertIn("permission denied", refused("portal_app", "select password_hash from users", A))
        self.assertIn("permission denied", refused("portal_app", "update users set email = 'x@y.example'", A))
        for table in ("sessions", "one_time_tokens", "passkeys", "totp_seeds", "recovery_codes"):
            self.assertIn("permission denied", refused("portal_app", f"select from {table}", A), table)

    def test_the_owner_of_the_tables_sees_no_rows_either(self):
        self.assertEqual("0", database.psql("set role portal_owner; select count(*) from invoices"))

    def test_the_rules_of_the_tables_hold_under_row_level_security(self):
        self.assertIn("needs an owner", refused("portal_app", "delete from members where role = 'owner'", A))
        last = int(database.psql("select max(seq) from audit_log"))
        chained = f"insert into audit_log (organisation_id, actor, action) values ('{A}', 'user:x', 'a.b') returning seq"
        self.assertEqual(str(last + 1), seen("portal_app", chained + "; rollback", A))


class Staff(unittest.TestCase):
    def test_support_reads_a_client_while_a_case_is_open(self):
        self.assertEqual("2", seen("portal_staff", "select count(*) from invoices", A))
        self.assertEqual("0", seen("portal_staff", "select count(*) from invoices", B), "no case")
        self.assertEqual("1", seen("portal_staff", "select count(*) from support_cases"))
        database.psql("update support_cases set status = 'closed', closed_at = now()")
        self.assertEqual("0", seen("portal_staff", "select count(*) from invoices", A))
        database.psql("update support_cases set status = 'open', closed_at = null")

    def test_support_changes_nothing_and_sees_no_digest(self):
        self.assertIn("read-only", refused("portal_staff", "insert into support_cases default values", A))
        self.assertIn("permission denied", refused("portal_staff", "select digest from api_keys", A))
        self.assertIn("permission denied", refused("portal_staff", "select secret from webhook_endpoints", A))

    def test_the_tables_that_support_may_read_are_in_the_matrix(self):
        with open(REFERENCE / "permissions.csv", encoding="utf-8", newline="") as file:
            resources = {row["resource"] for row in csv.DictReader(file) if row["role"] == "support-agent"}
        parts = {"organisations": "organisation", "invoice_lines": "invoices", "payments": "invoices",
                 "usage_daily": "usage", "webhook_deliveries": "webhooks", "webhook_events": "webhooks",
                 "webhook_endpoints": "webhooks", "audit_log": "audit", "plans": "subscriptions"}
        readable = database.psql("select distinct table_name from information_schema.column_privileges"
                                 " where grantee = 'portal_staff'").splitlines()
        self.assertLessEqual({parts.get(table, table) for table in readable}, resources)


class Roles(unittest.TestCase):
    def test_no_role_of_a_program_is_more_than_it_must_be(self):
        self.assertEqual("", database.psql("select rolname from pg_roles where rolname like 'portal%' and"
                                           " (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole)"))
        self.assertEqual("", database.psql("select rolname from pg_roles where rolname in ('portal_owner',"
                                           " 'portal_guard') and rolcanlogin"))
        self.assertEqual("", database.psql("select tablename from pg_tables where schemaname = 'public'"
                                           " and tableowner <> 'portal_owner'"))
        self.assertIn("must be owner", refused("portal_app", "alter table invoices add column x text"))
        self.assertIn("permission denied", refused("portal_app", "create table x (y text)"))
        self.assertIn("permission denied", refused("portal_app", "truncate invoices"))

    def test_the_audit_log_can_be_written_and_not_rewritten(self):
        for role in ("portal_app", "portal_worker", "portal_auth"):
            for sql in ("update audit_log set actor = 'system:x'", "delete from audit_log"):
                self.assertIn("permission denied", refused(role, sql, A), role)

    def test_migrations_see_all_rows_and_may_change_tables(self):
        self.assertEqual("3", seen("portal_migrate", "select count(*) from invoices"))
        self.assertEqual("3", seen("portal_migrate", "alter table projects add column note text;"
                                   "create table notes (id uuid); select count(*) from users; rollback"))

    def test_security_locks_and_reads_who_did_what_and_no_business_data(self):
        self.assertEqual("2", seen("portal_security", "select count(*) from audit_log where seq <= 2"))
        for sql in ("update users set locked_at = now() where email = 'marc@foods.example'",
                    "update api_keys set revoked_at = now(), revoked_reason = 'staff' where hint = 'Pq2Z'",
                    "update sessions set ended_at = now(), ended_reason = 'locked' where user_id is not null",
                    "update organisations set status = 'suspended', suspended_reason = 'x' where slug = 'north-quay'",
                    "insert into audit_log (actor, action) values ('staff:gus', 'member.locked')"):
            database.psql(f"begin; {sql}; rollback", user="portal_security")
        for sql in ("select from invoices", "select from projects", "select body from webhook_events",
                    "select digest from api_keys", "select password_hash from users", "select digest from sessions",
                    "update members set role = 'owner'", "delete from users"):
            self.assertIn("permission denied", refused("portal_security", sql), sql)

    def test_engineers_see_queues_and_no_data_of_clients(self):
        triage = (ROOT / "content/integration-details/webhook-retry-logic/triage.sql").read_text()
        self.assertIn("|pending||HTTP 500|1|", seen("portal_reader", triage))
        for sql in ("select from invoices", "select body from webhook_events", "select secret from webhook_endpoints",
                    "select from users", "update webhook_deliveries set due_at = now()"):
            self.assertIn("permission denied", refused("portal_reader", sql), sql)

    def test_everyone_has_what_their_programs_call(self):
        self.assertEqual("1", seen("portal_auth", "select count(*) from users where email = 'marc@foods.example'"))
        self.assertEqual("2", seen("portal_worker", "select count(*) from webhook_deliveries where state = 'pending'"))
        self.assertEqual("INV-2026-000003", seen("portal_app", "select next_number('INV-2026'); rollback", A))
        self.assertIn("permission denied", refused("portal_auth", "select from invoices"))
        self.assertIn("permission denied", refused("portal_worker", "select password_hash from users"))


class BreakGlass(unittest.TestCase):
    def text(self, name, variables):
        sets = "".join(f"\\set {key} '{value}'\n" for key, value in variables)
        return sets + (PAGE / name).read_text().replace("begin;", "", 1).replace("commit;", "")

    def test_rights_for_an_hour_leave_a_trace_and_end(self):
        self.assertIn("does not exist", refused("eve", "select from invoices"))  # Not even the schema.
        database.psql(self.text("break_glass.sql", (("person", "eve"), ("reason", "SEV1: test"))))
        self.assertEqual("t", database.psql("select pg_has_role('eve', 'portal_owner', 'member')"))
        self.assertEqual("3", seen("eve", "select count(*) from invoices"))
        self.assertEqual("t", database.psql("select rolvaliduntil between now() + interval '59 minutes' and now() +"
                                            " interval '1 hour' from pg_roles where rolname = 'eve'"))
        database.psql(self.text("break_glass_end.sql", ()))
        self.assertEqual("t", database.psql("select pg_has_role('eve', 'portal_owner', 'member')"), "its hour runs")
        database.psql("alter role eve valid until '2020-01-01'")
        database.psql(self.text("break_glass_end.sql", ()))
        self.assertEqual("f", database.psql("select pg_has_role('eve', 'portal_owner', 'member')"))
        trace = database.psql("select actor, action, detail->>'reason' from audit_log where action like 'break%' order by seq")
        self.assertEqual(["staff:eve|break_glass.opened|SEV1: test", "system:break-glass|break_glass.closed|"],
                         trace.splitlines()[-2:])

    def test_all_can_be_ended_at_once(self):
        database.psql(self.text("break_glass.sql", (("person", "eve"), ("reason", "SEV1: again"))))
        database.psql(self.text("break_glass_end.sql", (("all", "true"),)))
        self.assertEqual("t", database.psql("select pg_has_role('portal_migrate', 'portal_owner', 'member')"))
        self.assertEqual("f", database.psql("select pg_has_role('eve', 'portal_owner', 'member')"))


if __name__ == "__main__":
    unittest.main()
