"""The page Audit Trail: the chain on PostgreSQL, its anchors, erasure and deletion, and each way to tamper with it."""

import csv
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content"
PAGE = CONTENT / "compliance-and-legal/audit-trail"
REFERENCE = CONTENT / "reference"
BACKUPS = CONTENT / "database-design/backup-procedures"
RETENTION = CONTENT / "database-design/data-retention-policies"
ROLES = CONTENT / "security-and-authentication/access-control/roles.sql"
sys.path[:0] = [str(Path(__file__).parent), str(PAGE)]

import postgres
import verify_audit

A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
PERSON = "01000000-0000-4000-8000-00000000000a"


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())


def append(action="member.added", detail="{}", user="portal_app", organisation=A, **columns):
    names = "".join(f", {name}" for name in columns)
    values = "".join(f", {value}" for value in columns.values())
    database.psql(f"select set_config('app.organisation_id', '{organisation}', true);"
                  f"insert into audit_log (organisation_id, actor, action, target, detail{names}) values"
                  f" ('{organisation}', 'user:{PERSON}', '{action}', 'member:1', '{detail}'{values})", user=user)


class AuditLog(unittest.TestCase):
    def setUp(self):
        self.store = Path(tempfile.mkdtemp(prefix="audit-", dir="/tmp"))
        self.store.chmod(0o777)
        self.addCleanup(subprocess.run, ["rm", "-rf", str(self.store)], check=True)
        database.psql("drop schema public cascade; create schema public;" + (REFERENCE / "schema.sql").read_text()
                      + (REFERENCE / "seed.sql").read_text() + "delete from legal_holds;" + ROLES.read_text()
                      + (PAGE / "erase.sql").read_text() + (RETENTION / "purge.sql").read_text())
        append(detail='{"email": "zoë@foods.example", "role": "member", "note": "a \\"quoted\\"\\ttext"}')
        append("member.role_changed", '{"before": "member", "after": "admin"}', trace_id=f"'{'4b' * 16}'")
        append("member.removed", '{"email": "marc@foods.example"}')

    def anchor(self):
        scripts = self.store / "scripts"
        if not scripts.exists():
            scripts.mkdir()
            for path in (PAGE / "anchor.sh", BACKUPS / "store.sh"):
                (scripts / path.name).write_bytes(path.read_bytes())
                (scripts / path.name).chmod(0o755)
        return database.program(str(scripts / "anchor.sh"), str(scripts / "store.sh"), PGUSER="portal_security",
                                BACKUP_STORE=str(self.store))

    def move_anchor(self, days):
        """Makes today's anchor one of some days ago; gives both days."""
        today, then = (f"{datetime.now(timezone.utc) - timedelta(days=ago):%Y-%m-%d}" for ago in (0, days))
        anchor = self.store / f"audit-anchor/{today}.json"
        (self.store / f"audit-anchor/{then}.json").write_text(
            anchor.read_text().replace(f'"anchored_at": "{today}', f'"anchored_at": "{then}'))
        anchor.unlink()
        return then, today

    def verify(self, cuts=(), now=None):
        export = self.store / "export.jsonl"
        export.write_text(database.psql((PAGE / "export_chain.sql").read_text(), user="portal_security") + "\n")
        anchors = verify_audit.read_anchors(str(self.store / "audit-anchor"))
        return verify_audit.verify(verify_audit.read_entries(str(export)), anchors, list(cuts),
                                   now or datetime.now(timezone.utc))[0]

    def tamper(self, sql):
        """What a superuser can do: no trigger, no policy."""
        database.psql("alter table audit_log disable trigger all;" + sql + ";alter table audit_log enable trigger all")

    def check_detected(self, sql, *faults):
        self.assertEqual(0, self.anchor().returncode)
        self.assertEqual([], self.verify())
        self.tamper(sql)
        found = self.verify()
        self.assertEqual(len(faults), len(found), found)
        for expected, fault in zip(faults, found):
            self.assertIn(expected, fault)


class Chain(AuditLog):
    def test_an_untouched_log_is_whole_in_the_eyes_of_another_program(self):
        self.assertEqual(0, self.anchor().returncode)
        self.assertEqual([], self.verify())
        self.assertEqual("5", database.psql("select max(seq) from audit_log"))

    def test_the_application_can_neither_change_nor_delete_nor_empty_it(self):
        for user in ("portal_app", "portal_auth", "portal_worker", "portal_staff", "portal_security"):
            for sql in ("update audit_log set actor = 'user:x'", "delete from audit_log", "truncate audit_log"):
                self.assertRegex(database.psql_fails(sql, user=user), "permission denied|read-only", (user, sql))

    def test_nor_can_the_owner_of_the_table_by_mistake(self):
        for sql in ("update audit_log set actor = 'user:x'", "delete from audit_log where seq = 5", "truncate audit_log",
                    "update audit_log set detail = null, erased_at = now(), actor = 'user:x'",
                    "update audit_log set detail = '{}'"):
            self.assertIn("append-only", database.psql_fails(sql), sql)

    def test_a_client_reads_its_own_entries_only(self):
        append(organisation=B)
        for client, entries in ((A, 4), (B, 2)):
            self.assertEqual(str(entries), database.psql(
                f"select set_config('app.organisation_id', '{client}', true) \\g /dev/null\n"
                "select count(*) from audit_log", user="portal_app"))
        self.assertEqual("0", database.psql("select count(*) from audit_log", user="portal_app"))

    def test_two_writers_make_one_chain(self):
        first = threading.Thread(target=database.psql, args=(
            f"insert into audit_log (actor, action) values ('system:first', 'flag.added'); select pg_sleep(1)",))
        first.start()
        while "0" == database.psql("select count(*) from pg_locks where locktype = 'advisory' and granted"):
            pass
        append()
        first.join()
        self.assertEqual("system:first", database.psql("select actor from audit_log where seq = 6"))
        self.assertEqual(0, self.anchor().returncode)
        self.assertEqual([], self.verify())

    def test_a_transaction_with_an_old_view_fails_instead_of_making_a_fork(self):
        other = threading.Thread(target=database.psql, args=(
            "select pg_sleep(0.5); insert into audit_log (actor, action) values ('system:first', 'flag.added')",))
        other.start()
        message = database.psql_fails("set transaction isolation level repeatable read; select count(*) from audit_log;"
                                      " select pg_sleep(1.5);"
                                      " insert into audit_log (actor, action) values ('system:late', 'flag.added')")
        other.join()
        self.assertIn("audit_log_pkey", message)


class Tampering(AuditLog):
    def test_a_changed_actor(self):
        self.check_detected("update audit_log set actor = 'user:somebody.else' where seq = 4", "entry 4: its hash")

    def test_a_changed_detail(self):
        self.check_detected("update audit_log set detail = '{\"before\": \"member\"}' where seq = 4",
                            "entry 4: its detail isn't the one")

    def test_a_changed_detail_with_its_digest(self):
        self.check_detected("update audit_log set detail = '{}', detail_digest = sha256('{}') where seq = 4",
                            "entry 4: its hash")

    def test_an_entry_taken_out(self):
        self.check_detected("delete from audit_log where seq = 4", "entry 5: entries are missing before it")

    def test_entries_taken_from_the_end_and_others_put_there(self):
        self.check_detected("delete from audit_log where seq >= 4", "entry 5 is gone before its time")
        append(), append()
        self.assertIn("entry 5 has been rewritten", self.verify()[0])

    def test_entries_taken_from_the_beginning_too_early(self):
        self.assertEqual(0, self.anchor().returncode)
        self.move_anchor(days=1)
        append(), self.anchor()
        self.tamper("delete from audit_log where seq < 6")
        self.assertEqual(1, len(self.verify()))
        self.assertIn("entry 5 is gone before its time", self.verify()[0])

    def test_a_log_that_was_rewritten_and_chained_anew(self):
        self.check_detected("""do $$
            declare r audit_log; before bytea;
            begin
                update audit_log set actor = 'user:somebody.else' where seq = 3;
                for r in select * from audit_log order by seq loop
                    r.previous_hash := coalesce(before, r.previous_hash);
                    r.hash := audit_log_hash(r);
                    update audit_log set previous_hash = r.previous_hash, hash = r.hash where seq = r.seq;
                    before := r.hash;
                end loop;
            end $$""", "entry 5 has been rewritten, or one before it")

    def test_an_entry_with_a_date_of_long_ago(self):
        append(occurred_at="now() - interval '3 years'")
        self.assertEqual(0, self.anchor().returncode)
        self.assertIn("entry 6: it is dated more than an hour before", self.verify()[0])

    def test_a_day_without_an_anchor_and_an_anchor_that_is_too_old(self):
        self.assertEqual(["the newest anchor is older than 36 hours"], self.verify())
        self.anchor()
        old, anchor = self.move_anchor(days=2)
        self.anchor()
        self.assertEqual([f"no anchor between {old} and {anchor}"], self.verify())
        late = datetime.now(timezone.utc) + timedelta(hours=37)
        self.assertIn("the newest anchor is older than 36 hours", self.verify(now=late))

    def test_an_anchor_is_never_replaced(self):
        self.assertEqual(0, self.anchor().returncode)
        kept = next((self.store / "audit-anchor").iterdir()).read_text()
        append()
        self.assertNotEqual(0, self.anchor().returncode)
        self.assertEqual(kept, next((self.store / "audit-anchor").iterdir()).read_text())


class Endings(AuditLog):
    def erase(self, entry, reason="case 2217, GDPR art. 17", user="portal_security"):
        return f"select audit_erase({entry}, 'staff:eve', '{reason}')", user

    def test_an_erasure_leaves_the_chain_whole_and_a_record(self):
        self.anchor()
        sql, user = self.erase(3)
        database.psql(sql, user=user)
        self.assertEqual("", database.psql("select detail from audit_log where seq = 3"))
        self.assertEqual("audit_log:3", database.psql("select target from audit_log where action = 'audit.erased'"))
        self.assertEqual([], self.verify())

    def test_an_erasure_behind_its_back_is_told(self):
        self.check_detected("update audit_log set detail = null, erased_at = now() where seq = 3",
                            "entry 3: its detail was erased without a record")

    def test_only_the_console_erases_with_a_person_and_a_reason_and_no_proof_of_an_erasure(self):
        for user in ("portal_app", "portal_worker", "portal_staff", "portal_purge"):
            self.assertIn("permission denied", database.psql_fails(self.erase(3)[0], user=user))
        database.psql(*self.erase(3)[:1], user="portal_security")
        for sql, message in ((self.erase(3)[0], "has no detail"), (self.erase(99)[0], "has no detail"),
                             (self.erase(6)[0], "proof of an erasure stays"), (self.erase(4, "x")[0], "and why"),
                             (self.erase(4)[0].replace("staff:eve", "user:eve"), "which person")):
            self.assertIn(message, database.psql_fails(sql, user="portal_security"))

    def test_a_hold_stops_it(self):
        database.psql("insert into legal_holds (organisation_id, data_class, reason, placed_by, review_on) values"
                      f" ('{A}', 'audit', 'A dispute before a court', 'legal', current_date + 90)")
        self.assertIn("legal hold", database.psql_fails(self.erase(3)[0], user="portal_security"))

    def test_a_guess_of_what_was_erased_cannot_be_proven(self):
        guess = "sha256(convert_to('{\"email\": \"marc@foods.example\"}', 'UTF8'))"
        self.assertEqual("0", database.psql(f"select count(*) from audit_log where detail_digest = {guess}"))
        append("member.removed", '{"email": "marc@foods.example", "nonce": "chosen"}')
        self.assertEqual("6", database.psql("select count(distinct detail_digest) from audit_log"))
        self.assertEqual("0", database.psql("select count(*) from audit_log where detail->>'nonce' = 'chosen'"))

    def test_what_is_past_its_period_goes_from_the_oldest_end_and_the_rest_is_whole(self):
        rewrite = """do $$
            declare r audit_log; before bytea := decode(repeat('00', 32), 'hex');
            begin
                for r in select * from audit_log order by seq loop
                    r.occurred_at := now() - case when r.seq <= 3 then interval '731 days' else interval '729 days' end;
                    r.previous_hash := before; r.hash := audit_log_hash(r); before := r.hash;
                    update audit_log set occurred_at = r.occurred_at, previous_hash = r.previous_hash, hash = r.hash
                    where seq = r.seq;
                end loop;
            end $$"""
        self.tamper(rewrite)
        self.anchor()
        database.psql("select * from retention_purge()", user="portal_purge")
        self.assertEqual("4", database.psql("select min(seq) from audit_log"))
        self.assertEqual([], self.verify())

    def test_a_restore_that_went_back_needs_a_cut_with_a_name(self):
        self.anchor()
        kept = database.psql("select encode(hash, 'hex') from audit_log where seq = 3")
        self.tamper("delete from audit_log where seq > 3")
        append()
        self.assertEqual(1, len(self.verify()))
        cut = {"restored_at": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%S.%fZ}", "seq": 3, "hash": kept}
        self.assertEqual([], self.verify([cut]))
        self.assertIn("isn't the one that the log went back to", self.verify([{**cut, "hash": "00" * 32}])[0])
        earlier = {**cut, "restored_at": "2026-01-01T00:00:00Z"}
        self.assertEqual(1, len(self.verify([earlier])), "an anchor made after the restore counts")


class Catalogue(unittest.TestCase):
    def setUp(self):
        with open(PAGE / "events.csv", encoding="utf-8", newline="") as file:
            self.rows = {row["action"]: row for row in csv.DictReader(file)}

    def test_it_is_sorted_and_in_the_form_of_the_table(self):
        self.assertEqual(sorted(self.rows), list(self.rows))
        schema = (REFERENCE / "schema.sql").read_text()
        action = re.search(r"audit_log_action_form check \(action ~ '(.+?)'\)", schema)[1]
        for row in self.rows.values():
            self.assertRegex(row["action"], action)
            self.assertLessEqual(set(row["actors"].split()), {"user", "staff", "key", "system"}, row)
            self.assertIn(row["personal"], {"yes", "no"}, row)
            if set(row["detail"].split()) & {"email", "address"}:
                self.assertEqual("yes", row["personal"], row)

    def test_no_secret_is_ever_a_part(self):
        for row in self.rows.values():
            self.assertFalse(set(row["detail"].split()) & {"key", "secret", "password", "token", "digest", "code"}, row)

    def test_each_action_that_other_pages_write_is_in_it(self):
        pages = {
            "security-and-authentication/api-key-management/api_keys.py": r'self\._audit\w*\(\s*"([a-z_]+\.[a-z_]+)"'
            r'|"(api_key\.[a-z_]+)"',
            "security-and-authentication/user-authentication/sign_in.py": r'"action": "([a-z_]+\.[a-z_]+)"',
            "security-and-authentication/access-control/break_glass.sql": r"'(break_glass\.[a-z_]+)'",
            "security-and-authentication/access-control/break_glass_end.sql": r"'(break_glass\.[a-z_]+)'",
            "advanced-features/feature-flags/index.md": r"`(flag\.(?:added|changed|removed))`",
            "compliance-and-legal/audit-trail/erase.sql": r"'(audit\.erased)'",
        }
        for path, pattern in pages.items():
            found = {group for match in re.finditer(pattern, (CONTENT / path).read_text()) for group in match.groups()
                     if group}
            self.assertTrue(found, path)
            self.assertLessEqual(found, set(self.rows), path)

    def test_the_period_is_that_of_the_register(self):
        with open(REFERENCE / "data-classes.csv", encoding="utf-8", newline="") as file:
            days = {row["id"]: row["retention_days"] for row in csv.DictReader(file)}["audit"]
        self.assertEqual(int(days), verify_audit.KEPT.days)
        self.assertIn(f"interval '{days} days'", (REFERENCE / "schema.sql").read_text())


if __name__ == "__main__":
    unittest.main()
