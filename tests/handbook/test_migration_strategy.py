"""The page Migration Strategy: its migrations forward and back on PostgreSQL, with data, in the way of others."""

import contextlib
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/database-design/migration-strategy"
REFERENCE = ROOT / "content/reference"
sys.path[:0] = [str(PAGE), str(Path(__file__).parent)]

import migrate
import postgres

# Everything that makes a schema, without the order of columns.
SHAPE = """
select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
       coalesce(column_default, '') from information_schema.columns where table_schema = 'public'
union all
select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
  from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'index ' || indexdef from pg_indexes where schemaname = 'public'
union all
select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all
select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
order by 1
"""
OLD_INSERT = """insert into support_cases (organisation_id, subject, urgency)
    values ('00000000-0000-4000-8000-00000000000a', 'from the old release', 2);"""
NEW_INSERT = """insert into support_cases (organisation_id, subject, priority)
    values ('00000000-0000-4000-8000-00000000000a', 'from the new release', 'P1');"""
MANY = """insert into support_cases (organisation_id, subject, urgency)
    select '00000000-0000-4000-8000-00000000000a', 'case ' || n, n % 4 + 1 from generate_series(1, 2500) n;"""


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    place = {"PGHOST": str(database.folder), "PGUSER": "postgres", "PGDATABASE": "postgres"}
    unittest.enterModuleContext(mock.patch.dict(os.environ, place))


@contextlib.contextmanager
def held(sql, seen):
    """Another session that runs SQL and then sleeps, from the moment that `seen` counts it in pg_locks."""
    holder = subprocess.Popen(["psql", "-X", "-q", "-c", f"begin; {sql}; select pg_sleep(60)"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while database.psql(f"select count(*) from pg_locks where {seen}") == "0":
            time.sleep(0.05)
        yield
    finally:
        database.psql("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%'"
                      " and pid <> pg_backend_pid()")
        holder.wait()


class Migrations(unittest.TestCase):
    def setUp(self):
        database.psql("drop schema public cascade; create schema public;" + (REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text())
        self.fresh = self.shape()
        database.psql((PAGE / "before.sql").read_text() + MANY)
        self.before = self.shape()
        self.enterContext(mock.patch("builtins.print"))
        self.migrations = migrate.read(migrate.FOLDER)

    def shape(self):
        return database.psql(SHAPE).splitlines()

    def priorities(self):
        return database.psql("select priority, count(*) from support_cases group by 1 order by 1").splitlines()

    def test_all_forward_makes_the_schema_and_all_back_undoes_it(self):
        values = "select md5(string_agg(id::text || urgency, ',' order by id)) from support_cases"
        started = database.psql(values)
        migrate.up(self.migrations)
        self.assertEqual(self.fresh, self.shape())
        self.assertEqual(["P1|625", "P2|625", "P3|626", "P4|625"], self.priorities())
        migrate.down(self.migrations, "0002")
        self.assertEqual(self.before, self.shape())
        self.assertEqual(started, database.psql(values))
        migrate.up(self.migrations)
        self.assertEqual(self.fresh, self.shape())

    def test_old_and_new_release_work_between_expand_and_contract(self):
        for version in ("0002", "0003", "0004"):
            migrate.up(self.migrations, version)
            database.psql(OLD_INSERT + NEW_INSERT)
        database.psql("update support_cases set urgency = 1 where subject = 'from the old release'")
        self.assertEqual("P1|1", database.psql(
            "select distinct priority, urgency from support_cases where subject like 'from the %'"))
        migrate.up(self.migrations)
        database.psql(NEW_INSERT)

    def test_a_file_fails_whole_and_is_not_recorded(self):
        broken = migrate.Migration("0002", "expand_x", "alter table support_cases add column note text;\nselect 1/0;", "")
        with self.assertRaisesRegex(migrate.Fault, "division by zero"):
            migrate.up([broken])
        self.assertEqual(self.before, self.shape())
        self.assertEqual({"0001": "0" * 64}, migrate.applied())

    def test_a_lock_that_another_holds_stops_the_migration_in_seconds_and_nobody_queues(self):
        with held("lock support_cases", "mode = 'AccessExclusiveLock' and relation = 'support_cases'::regclass"):
            started = time.monotonic()
            with mock.patch.object(migrate, "TRIES", 1), self.assertRaisesRegex(migrate.Fault, "lock timeout"):
                migrate.up(self.migrations)
            self.assertLess(time.monotonic() - started, 10)
        self.assertEqual(self.before, self.shape())

    def test_a_second_runner_waits_for_the_first(self):
        with held(f"select pg_advisory_lock({migrate.LOCK})", "locktype = 'advisory'"):
            with mock.patch.object(migrate, "TRIES", 1), self.assertRaisesRegex(migrate.Fault, "lock timeout"):
                migrate.up(self.migrations)

    def test_a_backfill_that_stopped_goes_on_where_it_was(self):
        migrate.up(self.migrations, "0002")
        database.psql("update support_cases set priority = 'P' || urgency where subject < 'case 15'")
        migrate.up(self.migrations, "0003")
        self.assertEqual(["P1|625", "P2|625", "P3|626", "P4|625"], self.priorities())


if __name__ == "__main__":
    unittest.main()
