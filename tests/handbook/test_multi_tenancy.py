"""The page Multi-tenancy: its check, shares, export and restore of one client, on PostgreSQL with two clients."""

import csv
import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/advanced-features/multi-tenancy"
REFERENCE = ROOT / "content/reference"
ROLES = ROOT / "content/security-and-authentication/access-control/roles.sql"
sys.path.insert(0, str(Path(__file__).parent))

import postgres

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
FAULTS = (PAGE / "tenant_faults.sql").read_text(encoding="utf-8")
CLAIM = "select organisation_id from claim_deliveries(8, 2, 4, '1 minute') order by 1"


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    for path in (REFERENCE / "schema.sql", REFERENCE / "seed.sql", ROLES, PAGE / "fair_claim.sql"):
        database.psql(path.read_text(encoding="utf-8"))


class Faults(unittest.TestCase):
    def test_the_product_has_none(self):
        self.assertEqual("", database.psql(FAULTS))

    def test_each_kind_is_found(self):
        for change, found in (
            ("create table notes (id uuid)", "no organisation_id|notes"),
            ("alter table projects alter organisation_id drop not null", "organisation_id may be null|projects"),
            ("alter table invoices no force row level security", "row-level security not forced|invoices"),
            ("alter table exports disable row level security", "row-level security not forced|exports"),
            ("alter table webhook_attempts disable row level security", "row-level security not forced|webhook_attempts"),
            ("grant select (email) on staff to portal_app", "row-level security not forced|staff"),
            ("create policy wide on projects to portal_app using (true)",
             "policy of portal_app lets all rows through|projects"),
            ("create policy wide on projects using (organisation_id = current_organisation())",
             "policy for everybody|projects"),
            ("alter table payments add constraint loose foreign key (invoice_id) references invoices (id)",
             "reference without organisation_id|loose"),
            ("create view open_invoices as select * from invoices", "view that runs as its owner|open_invoices"),
            ("create materialized view totals as select 1 from invoices", "view that runs as its owner|totals"),
            ("alter role portal_worker bypassrls", "role sees past the policies|portal_worker"),
        ):
            self.assertEqual(found, database.psql(f"{change};{FAULTS} rollback"), change)

    def test_a_view_with_the_rights_of_its_caller_is_none(self):
        view = "create view open_invoices with (security_invoker = true) as select * from invoices;"
        self.assertEqual("", database.psql(f"{view}{FAULTS} rollback"))


class Shares(unittest.TestCase):
    def setUp(self):
        database.psql(f"""delete from webhook_deliveries;
            insert into webhook_deliveries (organisation_id, endpoint_id, event_id, due_at)
            select '{A}', '13000000-0000-4000-8000-00000000000a', '14000000-0000-4000-8000-00000000000a',
                now() - interval '1 hour' from generate_series(1, 500);
            insert into webhook_deliveries (organisation_id, endpoint_id, event_id, due_at)
            select '{B}', '13000000-0000-4000-8000-00000000000b', '14000000-0000-4000-8000-00000000000b',
                now() - interval '1 second' from generate_series(1, 3)""")

    def claim(self, sql=CLAIM):
        return database.psql(sql, user="portal_worker").split()

    def test_a_backlog_of_one_client_takes_its_share_and_no_more(self):
        self.assertEqual([A, A, B, B], self.claim())
        self.assertEqual([], self.claim(), "what is on its way counts")

    def test_clients_take_turns_when_slots_are_few(self):
        self.assertEqual([A, B], self.claim("select organisation_id from claim_deliveries(2, 2, 4, '1 minute') order by 1"))
        self.assertEqual([], self.claim("select organisation_id from claim_deliveries(2, 2, 4, '1 minute')"))

    def test_a_finished_or_lost_delivery_frees_its_place(self):
        self.claim()
        database.psql(f"update webhook_deliveries set state = 'delivered', ended_at = now() where organisation_id = '{B}'"
                      " and leased_until > now()")
        self.assertEqual([B], self.claim())
        database.psql("update webhook_deliveries set leased_until = now() - interval '1 second' where leased_until > now()"
                      f" and organisation_id = '{A}'")
        self.assertEqual([A, A], self.claim())

    def test_an_endpoint_has_a_bound_of_its_own(self):
        sql = "select organisation_id from claim_deliveries(8, 2, 1, '1 minute') order by 1"
        self.assertEqual([A, B], self.claim(sql))
        self.assertEqual([], self.claim(sql), "what is on its way counts")

    def test_a_disabled_or_pausing_endpoint_gets_nothing(self):
        for change in ("disabled_at = now(), disabled_reason = 'client'", "not_before = now() + interval '1 minute'"):
            claimed = database.psql(f"update webhook_endpoints set {change} where organisation_id = '{A}'; {CLAIM}; rollback")
            self.assertEqual([B, B], claimed.split(), change)

    def test_only_the_worker_claims(self):
        self.assertIn("permission denied", database.psql_fails(CLAIM, user="portal_app"))

    def test_a_share_is_a_quarter(self):
        rows = {row["resource"]: row for row in read_csv("shares.csv")}
        own = int(rows["webhook deliveries on their way"]["one organisation"])
        self.assertEqual(own * 4, int(rows["webhook deliveries on their way"]["all"]))


def read_csv(name):
    with open(PAGE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(client):
    done = database.program("psql", "-X", "-q", "-At", "-U", "portal_app", "-v", "ON_ERROR_STOP=1", "-v",
                            f"client={client}", "-c", "set search_path = public", "-f", str(copied("export.sql")))
    assert not done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def copied(name):
    """A copy where the account of the cluster can read it."""
    path = database.folder / name
    path.write_text((PAGE / name).read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o755)
    return path


class Export(unittest.TestCase):
    def test_nothing_of_another_client_is_in_it(self):
        for client, other in ((A, B), (B, A)):
            rows = export(client)
            self.assertNotIn(other, json.dumps(rows))
            self.assertEqual({client}, {row["row"]["organisation_id"] for row in rows if "organisation_id" in row["row"]})
        self.assertNotIn("northquay", json.dumps(export(A)))

    def test_it_holds_what_the_client_has(self):
        rows = export(A)
        names = [row["table"] for row in rows]
        self.assertEqual((2, 2, 1), tuple(map(names.count, ("users", "invoices", "projects"))))
        self.assertIn("INV-2026-000001", [row["row"].get("number") for row in rows])

    def test_no_secret_is_in_it(self):
        for row in export(A):
            self.assertFalse({"digest", "secret", "password_hash", "provider_ref"} & set(row["row"]), row)

    def test_every_table_of_clients_is_exported_or_says_why_not(self):
        tables = set(database.psql("select table_name from information_schema.columns where table_schema = 'public'"
                                   " and column_name = 'organisation_id'").split())
        text = (PAGE / "export.sql").read_text(encoding="utf-8")
        skipped = {row["table"] for row in read_csv("not-exported.csv")}
        self.assertEqual(tables - skipped, {table for table in tables if f"'{table}', to_jsonb" in text})


class Deletion(unittest.TestCase):
    def test_a_closed_client_is_left_in_its_books_alone(self):
        """Which tables those are is a list, so a new table with the key is missed by nobody."""
        kept = {"audit_log", "credit_notes", "invoice_lines", "invoices", "legal_holds", "payments", "subscriptions",
                "support_cases", "usage_daily"}
        tables = database.psql("select table_name from information_schema.columns where table_schema = 'public'"
                               " and column_name = 'organisation_id'").split()
        purge = (ROOT / "content/database-design/data-retention-policies/purge.sql").read_text(encoding="utf-8")
        count = " union all ".join(f"select '{t}' from {t} where organisation_id = '{A}'" for t in tables)
        before = set(database.psql(count).split())
        self.assertLessEqual({"projects", "members", "exports", "outbox"}, before)
        after = database.psql(f"{purge} update organisations set status = 'closed', closed_at = now() where id = '{A}';"
                              f" call purge_client('{A}'); {count}; rollback")
        self.assertLessEqual(set(after.split()), kept)


class Restore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        database.program("createdb", "-T", "postgres", "copy")

    def restore(self, *arguments):
        where = f"host={database.folder} user=portal_app dbname="
        return database.program("sh", str(copied("restore_client.sh")), *arguments, COPY_DB=where + "copy",
                                TARGET_DB=where + "postgres")

    def tearDown(self):
        database.psql("delete from projects")
        self.restore("--apply", A, "projects")
        self.restore("--apply", B, "projects")

    def test_lost_rows_of_one_client_come_back_and_no_others(self):
        database.psql("delete from projects; delete from members where role = 'member'")
        said = self.restore(A, "members", "projects")
        self.assertEqual(["members: 1", "projects: 1"], said.stdout.split("\n")[:2], said.stderr)
        self.assertEqual("0", database.psql("select count(*) from projects"), "without --apply nothing changes")
        self.restore("--apply", A, "members", "projects")
        self.assertEqual(f"{A}|Ledger connector|in_progress", database.psql(
            "select organisation_id, name, stage from projects"))
        self.assertEqual("3", database.psql("select count(*) from members"))
        self.assertIn("projects: 0", self.restore("--apply", A, "projects").stdout, "a second run finds nothing")

    def test_what_exists_is_not_overwritten(self):
        database.psql("update projects set name = 'Renamed since'")
        self.restore("--apply", A, "projects")
        self.assertEqual("2", database.psql("select count(*) from projects where name = 'Renamed since'"))

    def test_books_and_strangers_are_refused(self):
        for table in ("invoices", "audit_log", "users; drop table projects"):
            said = self.restore("--apply", A, table)
            self.assertEqual(2, said.returncode)
            self.assertIn("isn't restored for one client", said.stderr)
        self.assertNotEqual(0, self.restore("--apply", "nobody", "projects").returncode)


if __name__ == "__main__":
    unittest.main()
