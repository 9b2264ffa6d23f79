"""The code of the page API Specifications on the real tables: PostgreSQL with schema.sql."""

import re
import subprocess
import sys
import unittest
import uuid

import postgres
from tools import ROOT

sys.dont_write_bytecode = True
PAGE = ROOT / "content/api-documentation/api-specifications"
sys.path.insert(0, str(PAGE))

import cursor
import test_api_specifications as behaviour

ORGANISATIONS = """
insert into organisations (id, slug, name, legal_name, country, address, billing_email) values
    ('{}', 'mine', 'Mine', 'Mine Ltd', 'IE', '1 Example Quay', 'a@mine.example'),
    ('{}', 'other', 'Other', 'Other Ltd', 'IE', '2 Example Quay', 'a@other.example');
create table done (number integer primary key);
""".format(behaviour.MINE, behaviour.OTHER)


def setUpModule():
    global database
    database = unittest.enterModuleContext(postgres.cluster())
    database.psql((ROOT / "content/reference/schema.sql").read_text(encoding="utf-8") + ORGANISATIONS)


class Session:
    """One session of psql that takes named parameters, as a driver does."""

    def __init__(self):
        binary = database.binaries / "psql"
        self.process = subprocess.Popen(
            [binary if binary.exists() else "psql", "-X", "-A", "-t", "-F", "\t", "-h", database.folder, "-U",
             "postgres", "-d", "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)

    def close(self):
        self.process.communicate("rollback;\n\\q\n", timeout=30)

    def execute(self, sql, parameters=()):
        bound = re.sub(r"(?<!:):([a-z_]+)", lambda match: literal(parameters[match[1]]), sql)
        self.process.stdin.write(f"{bound};\n\\echo end of statement\n")
        self.process.stdin.flush()
        self.lines = []
        while (line := self.process.stdout.readline().rstrip("\n")) != "end of statement":
            if line.startswith("ERROR"):
                raise AssertionError(f"{line}\n{bound}")
            self.lines.append(line)
        return self

    def __enter__(self):
        self.execute("begin")

    def __exit__(self, kind, *_):
        self.execute("commit" if kind is None else "rollback")

    @property
    def rowcount(self):
        return int(self.lines[-1].split()[-1])

    def fetchone(self):
        return tuple(bytes.fromhex(cell[2:]) if cell.startswith("\\x") else int(cell) if cell.isdigit() else cell or None
                     for cell in self.lines[0].split("\t"))


def literal(value):
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


class IdempotencyOnPostgres(behaviour.Idempotency):
    def setUp(self):
        super().setUp()
        session = Session()
        self.addCleanup(session.close)
        session.execute("delete from idempotency_keys")
        session.execute("delete from done")
        self.keys.db = session

    def test_of_two_sessions_at_the_same_time_one_does_the_work(self):
        second = Session()
        self.addCleanup(second.close)
        other = behaviour.idempotency.Idempotency(second, lambda: self.now)

        def first():
            with self.assert_problem("idempotency.in_progress"):
                other.once(behaviour.MINE, self.KEY, self.PAY, b"", self.pay)
            return self.pay()

        self.assertEqual((202, {"payment": 1}, False), self.once(work=first))


class PagesOnPostgres(unittest.TestCase):
    def test_all_pages_together_are_the_list_newest_first(self):
        database.psql("".join(
            f"insert into invoices (id, organisation_id, created_at) values ('{uuid.UUID(int=number)}', '{behaviour.MINE}',"
            f" timestamptz '2026-11-01 00:00:00.000001Z' + interval '1 hour' * {number // 3});" for number in range(1, 30)))
        wanted = database.psql("select id from invoices order by created_at desc, id desc").split()
        session = Session()
        self.addCleanup(session.close)

        def execute(sql, parameters):
            lines = session.execute(sql.replace("select *", "select id, created_at"), parameters).lines
            return [dict(zip(("id", "created_at"), line.split("\t"))) for line in lines]

        found, following = [], None
        while True:
            answer = cursor.page(execute, behaviour.MINE, status="draft", limit=7, cursor=following, secret=b"x", now=0)
            found += [row["id"] for row in answer["data"]]
            following = answer["next_cursor"]
            if following is None:
                break
        self.assertEqual(wanted, found)
        self.assertEqual(29, len(found))


if __name__ == "__main__":
    unittest.main()
