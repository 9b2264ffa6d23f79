"""The rules that migrate.py holds migrations to, and what it makes of file names. No database needed."""

import io
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # Everything in this folder is published.
sys.path.insert(0, str(Path(__file__).parent))

import migrate
from migrate import Fault, Migration


def problems(sql, name="expand_x"):
    return [problem.split(": ", 2)[1] for problem in migrate.check(Migration("0009", name, sql, ""))]


class Rules(unittest.TestCase):
    def refused(self, advice, sql, name="expand_x"):
        found = problems(sql, name)
        self.assertTrue(any(advice in text for text in found), f"{sql}: {found}")

    def test_the_samples_break_no_rule(self):
        for migration in migrate.read(migrate.FOLDER):
            self.assertEqual([], migrate.check(migration))

    def test_what_locks_or_breaks_the_running_release_is_refused(self):
        self.refused("concurrently", "create index x on y (z);")
        self.refused("concurrently", "create unique index x on y (z);")
        self.refused("add the column empty", "alter table x add column y text not null;")
        self.refused("not valid", "alter table x add constraint x_y check (y > 0);")
        self.refused("not valid", "alter table x\n  add constraint x_y foreign key (y) references z (id);")
        self.refused("using index", "alter table x add constraint x_y unique (y);")
        self.refused("new type", "alter table x alter column y type bigint;")
        self.refused("new type", "alter table x alter column y set data type bigint;")
        self.refused("rename", "alter table x rename column y to z;")
        self.refused("rename", "alter table x rename to z;")
        self.refused("in batches", "update x set y = 1;")
        self.refused("in batches", "delete from x;")
        self.refused("name what is dropped", "drop function x() cascade;", "contract_x")
        self.refused("the runner opens", "begin; select 1; commit;")

    def test_only_a_contract_takes_away(self):
        for sql in ("alter table x drop column y;", "drop table x;", "alter table x drop constraint y;"):
            self.refused("only a contract", sql)
            self.assertEqual([], problems(sql, "contract_x"))

    def test_what_is_safe_passes(self):
        for sql in ("alter table x add column y text;", "alter table x add column y boolean not null default false;",
                    "alter table x add constraint x_y check (y > 0) not valid;",
                    "alter table x add constraint x_y unique using index x_y_idx;",
                    "-- no transaction\ncreate index concurrently x on y (z);",
                    "-- create index x on y (z);\nselect 1;",
                    "create function f() returns trigger language plpgsql as $$ begin update x set y = 1; end $$;"):
            self.assertEqual([], problems(sql), sql)

    def test_a_file_in_steps_says_so_and_holds_only_what_may_run_again(self):
        self.refused("begin the file with", "create index concurrently x on y (z);")
        self.refused("this needs a transaction", "-- no transaction\nalter table x add column y text;")
        self.refused("this needs a transaction", "-- no transaction\ncreate procedure p() language sql as $$ $$;")


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def put(self, *names):
        for name in names:
            (self.folder / name).write_text("select 1;")

    def assert_refused(self, words):
        with self.assertRaisesRegex(Fault, words):
            migrate.read(self.folder)

    def test_a_name_tells_version_and_kind(self):
        self.put("0001_add_things.up.sql")
        self.assert_refused("name it NNNN_kind_what")

    def test_both_ways_are_needed(self):
        self.put("0001_expand_x.up.sql")
        self.assert_refused("both .up.sql and .down.sql")

    def test_a_version_stands_once_and_none_is_missing(self):
        self.put("0001_expand_x.up.sql", "0001_expand_x.down.sql", "0003_expand_y.up.sql", "0003_expand_y.down.sql")
        self.assert_refused("a version is missing")
        self.put("0001_expand_z.up.sql")
        self.assert_refused("version 0001 is taken")

    def test_a_file_that_was_changed_after_it_ran_stops_everything(self):
        migration = Migration("0001", "expand_x", "select 1;", "")
        with mock.patch.object(migrate, "applied", return_value={"0001": "0" * 64}):
            with self.assertRaisesRegex(Fault, "was changed after it was applied"):
                migrate.up([migration])


class Waiting(unittest.TestCase):
    def test_a_lock_is_asked_for_five_times_and_other_faults_are_final(self):
        for message, tries in (("ERROR: canceling statement due to lock timeout", 5), ("ERROR: syntax error", 1)):
            with mock.patch.object(migrate, "run", side_effect=Fault(message)) as run, \
                    mock.patch.object(migrate.time, "sleep") as sleep, redirect_stdout(io.StringIO()):
                with self.assertRaises(Fault):
                    migrate.with_patience("", "")
                self.assertEqual((tries, tries - 1), (run.call_count, sleep.call_count))

    def test_the_exit_status_tells_good_from_bad(self):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            self.assertEqual(0, migrate.main(["check"]))
            self.assertEqual(2, migrate.main(["sideways"]))
            with mock.patch.object(migrate, "check", return_value=["bad"]):
                self.assertEqual(1, migrate.main(["check"]))
        self.assertIn("4 migrations, no problems", out.getvalue())


if __name__ == "__main__":
    unittest.main()
