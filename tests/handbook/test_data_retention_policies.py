"""The page Data Retention Policies: its purge on PostgreSQL, on both sides of each period, with holds, twice."""

import csv
import re
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/database-design/data-retention-policies"
REFERENCE = ROOT / "content/reference"
ROLES = ROOT / "content/security-and-authentication/access-control/roles.sql"
sys.path.insert(0, str(Path(__file__).parent))

import postgres

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())


def classes():
    with open(REFERENCE / "data-classes.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def count(table, where="true"):
    return int(database.psql(f"select count(*) from {table} where {where}"))


class Purge(unittest.TestCase):
    def setUp(self):
        database.psql("drop schema public cascade; create schema public;" + (REFERENCE / "schema.sql").read_text()
                      + (REFERENCE / "seed.sql").read_text() + "delete from legal_holds;")
        database.psql(ROLES.read_text() + (PAGE / "purge.sql").read_text())

    def purge(self):
        """What was removed, as the job's role gets it: {class: (removed, held)}."""
        lines = database.psql("select * from retention_purge()", user="portal_purge").splitlines()
        found = {line.split("|")[0]: tuple(map(int, line.split("|")[1:])) for line in lines}
        return {name: figures for name, figures in found.items() if any(figures)}

    def hold(self, name, organisation="null"):
        database.psql(f"insert into legal_holds (organisation_id, data_class, reason, placed_by, review_on) values"
                      f" ({organisation}, '{name}', 'A dispute before a court', 'legal', current_date + 90)")

    def close(self, organisation=A, ago="60 days 1 hour"):
        database.psql("update support_cases set status = 'closed', closed_at = now();"
                      f"update subscriptions set status = 'cancelled', cancelled_at = now() - interval '{ago}'"
                      f" where organisation_id = '{organisation}';"
                      f"update organisations set status = 'closed', closed_at = now() - interval '{ago}'"
                      f" where id = '{organisation}'")

    def check_period(self, name, sql, table, days, removed=1, where="true"):
        """`sql` sets a row's clock to `{}` ago: just before the period nothing goes, just after it the row does."""
        before = count(table, where)
        database.psql(sql.format(f"interval '{days * 24 - 1} hours'"))
        self.assertNotIn(name, self.purge())
        self.assertEqual(before, count(table, where))
        database.psql(sql.format(f"interval '{days * 24 + 1} hours'"))
        self.assertEqual((removed, 0), self.purge()[name])
        self.assertEqual(before - removed, count(table, where))
        self.assertEqual({}, self.purge(), "a second run finds nothing")

    def test_only_the_job_may_purge(self):
        for user in ("portal_app", "portal_worker", "portal_staff"):
            self.assertIn("permission denied", database.psql_fails("select retention_purge()", user=user))

    def test_nothing_is_due_on_fresh_data(self):
        self.assertEqual({}, self.purge())

    def test_each_class_goes_after_its_period_and_not_before(self):
        end = "update webhook_deliveries set state = 'dead', reason = 'exhausted', ended_at = now();"
        self.check_period("delivery", end + f"update webhook_events set created_at = now() - {{}} where"
                          f" organisation_id = '{A}'", "webhook_events", 30)
        self.assertEqual(1, count("webhook_deliveries"), "deliveries go with their event")
        self.check_period("technical", "update outbox set published_at = now() - {}", "outbox", 7)
        self.check_period("idempotency", "update idempotency_keys set created_at = now() - {}", "idempotency_keys", 1)
        self.check_period("export", "update exports set created_at = now() - {}", "exports", 7)
        self.check_period("sign-in", f"update sessions set ended_at = now() - {{}}, ended_reason = 'idle' where digest ="
                          " sha256('session a')", "sessions", 90)
        self.check_period("sign-in", "update sign_in_attempts set occurred_at = now() - {}", "sign_in_attempts", 90, 2)
        self.check_period("security", "update one_time_tokens set created_at = now() - {0} - interval '30 minutes',"
                          " expires_at = now() - {0}", "one_time_tokens", 60)
        self.check_period("support", "update support_cases set status = 'closed', closed_at = now() - {}",
                          "support_cases", 730)
        self.check_period("staff", "update staff set created_at = now() - {0} - interval '1 day', ended_at = now() - {0}"
                          " where role = 'support-agent'", "staff", 730)
        self.check_period("record", "update purge_runs set cutoff = now() - {0}, ran_at = now() - {0} where id = 1",
                          "purge_runs", 2192, where="id = 1")

    def test_an_event_that_is_being_replayed_stays_until_it_ends(self):
        database.psql("update webhook_events set created_at = now() - interval '31 days'")
        self.assertEqual({}, self.purge())

    def test_a_rotated_key_goes_after_its_successor(self):
        key = ("insert into api_keys (id, organisation_id, label, mode, hint, digest, scopes, created_at, expires_at,"
               " replaces, revoked_at, revoked_reason) values ('0b{0}00000-0000-4000-8000-00000000000a', '" + A + "',"
               " 'x', 'live', 'aaaa', sha256('{0}'), '{{usage:read}}', now() - interval '100 days', now(), {1}, {2});")
        old = "now() - interval '61 days', 'rotated'"
        database.psql(key.format(1, "null", old)
                      + key.format(2, "'0b100000-0000-4000-8000-00000000000a'", old)
                      + key.format(3, "'0b200000-0000-4000-8000-00000000000a'", "null, null"))
        self.assertEqual({}, self.purge())
        database.psql("update api_keys set revoked_at = now() - interval '61 days', revoked_reason = 'client'"
                      " where hint = 'aaaa' and revoked_at is null")
        self.assertEqual({"security": (3, 0)}, self.purge())

    def test_a_closed_client_is_anonymised_and_its_books_stay(self):
        self.close(ago="59 days 23 hours")
        self.assertEqual({}, self.purge())
        self.close()
        self.assertEqual({"account": (1, 0)}, self.purge())
        for table in ("members", "projects", "api_keys", "webhook_endpoints", "webhook_events", "invitations",
                      "payment_methods", "data_keys", "exports", "outbox", "idempotency_keys"):
            self.assertEqual(0, count(table, f"organisation_id = '{A}'"), table)
        self.assertEqual(0, count("users", "email like '%foods.example'"))
        self.assertEqual(0, count("organisations", "sandbox_of is not null"))
        self.assertEqual(2, count("invoices", f"organisation_id = '{A}'"))
        self.assertEqual("Closed client|closed@invalid|",
                         database.psql(f"select name, billing_email, vat_id from organisations where id = '{A}'"))
        self.assertEqual(1, count("users", "email = 'jana@northquay.example'"), "others are untouched")
        self.assertEqual({}, self.purge())

    def test_a_person_who_works_for_another_client_stays(self):
        database.psql(f"insert into members (organisation_id, user_id, role) select '{B}', id, 'member' from users"
                      " where email = 'marc@foods.example'")
        self.close()
        self.purge()
        self.assertEqual(1, count("users", "email = 'marc@foods.example'"))
        self.assertEqual(0, count("users", "email = 'aoife@foods.example'"))

    def test_books_go_six_years_after_the_financial_year_and_then_the_shell(self):
        last = "make_date(extract(year from now())::int - {}, 12, 31)"
        move = ("set session_replication_role = replica; update invoices set issued_on = {0}, due_on = {0}"
                " where number is not null; update usage_daily set day = {0}")
        self.close()
        self.purge()
        database.psql("update support_cases set closed_at = now() - interval '731 days'; delete from invoices where number is null")
        database.psql(move.format(last.format(6)))
        self.assertNotIn("billing", self.purge())
        database.psql(move.format(last.format(8)) + ";update subscriptions set cancelled_at = now() - interval '8 years'"
                      " where cancelled_at is not null")
        self.assertEqual((2, 0), self.purge()["billing"])
        self.assertEqual((0, 0, 0), (count("payments"), count("credit_notes"), count("invoice_lines")))
        self.assertEqual(0, count("organisations", f"id = '{A}'"))
        self.assertEqual(1, count("organisations", f"id = '{B}'"))

    def test_the_audit_log_shrinks_from_its_oldest_end_and_stays_chained(self):
        database.psql("insert into audit_log (occurred_at, organisation_id, actor, action) values"
                      f" (now() - interval '729 days', '{A}', 'system:x', 'a.b')")
        database.psql("set session_replication_role = replica; update audit_log set occurred_at = now() - interval"
                      " '731 days' where seq <= 2")
        self.hold("audit", f"'{A}'")  # Entry 1 is of A: entry 2 can't go without a hole.
        self.assertEqual({"audit": (0, 2)}, self.purge())
        database.psql("update legal_holds set organisation_id = '" + B + "'")
        self.assertEqual({"audit": (1, 1)}, self.purge())
        database.psql("update legal_holds set released_at = now(), released_by = 'legal'")
        self.assertEqual({"audit": (1, 0)}, self.purge())
        self.assertEqual("3", database.psql("select string_agg(seq::text, ' ') from audit_log"))

    def test_a_hold_stops_what_it_names_and_nothing_else(self):
        self.close()
        self.close(B)
        self.hold("account", f"'{A}'")
        self.assertEqual({"account": (1, 1)}, self.purge())
        self.assertEqual(2, count("members", f"organisation_id = '{A}'"))
        database.psql("update legal_holds set released_at = now(), released_by = 'legal'")
        self.assertEqual({"account": (1, 0)}, self.purge())
        database.psql("insert into sign_in_attempts (email_hash, address, outcome, occurred_at) values"
                      " (sha256('x'), '192.0.2.1', 'unknown', now() - interval '91 days')")
        self.hold("sign-in", f"'{B}'")
        self.purge()
        self.assertEqual(3, count("sign_in_attempts"))

    def test_what_is_overdue_is_listed(self):
        overdue = (PAGE / "overdue.sql").read_text()
        self.assertEqual("", database.psql(overdue))
        database.psql("update outbox set published_at = now() - interval '10 days'")
        self.assertEqual("technical|1|f", database.psql(overdue))
        self.purge()
        self.assertEqual("", database.psql(overdue))

    def test_each_run_leaves_a_record_for_each_class(self):
        self.purge()
        recorded = set(database.psql("select data_class from purge_runs where ran_at > now() - interval '1 minute'")
                       .split())
        self.assertEqual(set(classes()) - {"backup", "logs", "none", "project", "account"}, recorded)


class Figures(unittest.TestCase):
    def test_days_are_those_of_the_register(self):
        text = re.search(r"select case class(.*?)end", (PAGE / "purge.sql").read_text(), re.S)[1]
        days = dict(re.findall(r"when '([\w-]+)' then (\d+)", text))
        table = {name: row["retention_days"] for name, row in classes().items() if name not in ("backup", "logs", "none")}
        self.assertEqual(table, days)

    def test_only_classes_that_may_be_held_are_held(self):
        text = (PAGE / "purge.sql").read_text()
        asked = set(re.findall(r"is_held\('([\w-]+)'", text))
        self.assertEqual({name for name, row in classes().items() if row["hold"] == "yes"} - {"logs"}, asked)


if __name__ == "__main__":
    unittest.main()
