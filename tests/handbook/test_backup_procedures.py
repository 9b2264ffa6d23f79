"""The page Backup Procedures: its scripts back up a PostgreSQL, lose it, and bring back a moment."""

import http.server
import os
import shutil
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/database-design/backup-procedures"
REFERENCE = ROOT / "content/reference"
sys.path.insert(0, str(Path(__file__).parent))

import postgres


def setUpModule():
    """One history: a base copy, a client more, a moment, a loss. The tests look at what the store holds after it."""
    global database, store, base, moment, lost
    database = unittest.enterModuleContext(postgres.cluster())
    tools, store = database.folder / "tools", database.folder / "store"
    tools.mkdir()
    for name in ("backup.sh", "restore.sh", "store.sh", "checks.sql"):
        shutil.copy(PAGE / name, tools / name)
    database.psql((REFERENCE / "schema.sql").read_text() + (REFERENCE / "seed.sql").read_text())
    for folder in (tools, store, database.folder / "metrics"):
        folder.mkdir(exist_ok=True)
        give_away(folder)
    key = done("age-keygen", "-o", str(database.folder / "identity")).stderr.split()[-1]
    (database.folder / "recipients").write_text(key + "\n")
    archive = " ".join(f"{name}={value}" for name, value in environment().items())
    for setting in ("archive_mode = on", f"archive_command = '{archive} {tools}/backup.sh wal %p %f'",
                    "max_connections = 130"):
        database.program("psql", "-X", "-q", "-c", f"alter system set {setting}")
    database.restart()
    base = done(str(tools / "backup.sh"), "base").stdout.split()[0]
    database.psql("insert into organisations (slug, name, legal_name, country, address, billing_email) values"
                  " ('late', 'Late', 'Late Ltd', 'IE', 'x', 'x@late.example');"
                  "insert into audit_log (actor, action) values ('system:test', 'organisation.created')")
    moment = database.psql("select clock_timestamp()")
    time.sleep(0.2)
    database.psql("drop table payments, credit_notes, invoice_lines, invoices cascade")
    lost = database.psql("select pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + 60
    while not list((store / "wal").glob(f"{lost}.*")):
        assert time.monotonic() < deadline, (database.folder / "log").read_text()[-2000:]
        time.sleep(0.1)


def give_away(folder):
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def environment():
    return {"BACKUP_RECIPIENTS": str(database.folder / "recipients"), "BACKUP_STORE": str(store),
            "BACKUP_METRICS": str(database.folder / "metrics"), "BACKUP_IDENTITY": str(database.folder / "identity")}


def run(*command, **more):
    return database.program(*command, **{**environment(), **more})


def done(*command, **more):
    result = database.program(*command, **{**environment(), **more})
    if result.returncode:
        raise AssertionError(f"{command}: {result.stderr}")
    return result


def tool(name, *arguments, **more):
    return run(str(database.folder / "tools" / name), *arguments, **more)


class Restore(unittest.TestCase):
    def test_a_moment_before_the_loss_comes_back(self):
        result = tool("restore.sh", "--test", base, moment)
        self.assertEqual(0, result.returncode, result.stderr)
        day, name, at, seconds, found = result.stdout.strip().split(",")
        self.assertEqual((base, moment), (name, at))
        self.assertRegex(found, r"\A4\|3\|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\|chain whole\Z")
        self.assertLess(int(seconds), 300)
        self.assertEqual([], list(database.folder.glob("restore-*")), "the copy is destroyed")

    def test_a_restore_for_use_stays_and_listens_to_its_own_host_only(self):
        folder = database.folder / "kept"
        result = tool("restore.sh", str(folder), base, moment)
        try:
            self.assertEqual(0, result.returncode, result.stderr)
            for setting, value in (("listen_addresses", ""), ("archive_mode", "off"), ("max_connections", "130")):
                shown = done("psql", "-X", "-At", "-h", str(folder), "-c", f"show {setting}").stdout.strip()
                self.assertEqual(value, shown, setting)
            self.assertEqual("3\n", done("psql", "-X", "-At", "-h", str(folder), "-c", "select count(*) from invoices")
                             .stdout)
        finally:
            run("pg_ctl", "-D", str(folder), "-m", "immediate", "stop")

    def test_the_end_of_the_log_is_after_the_loss(self):
        checks = database.folder / "tables.sql"
        checks.write_text("select count(*), to_regclass('invoices') is null from organisations;")
        result = tool("restore.sh", "--test", base, "end", BACKUP_CHECKS=str(checks))
        self.assertTrue(result.stdout.strip().endswith(",4|t"), result.stdout + result.stderr)

    def test_a_moment_after_the_end_of_the_log_is_refused(self):
        result = tool("restore.sh", "--test", base, "2099-01-01 00:00:00+00")
        self.assertNotEqual(0, result.returncode)
        self.assertIn("recovery ended before configured recovery target was reached", result.stderr)

    def test_damage_is_found(self):
        damaged = shutil.copytree(store, database.folder / "damaged")
        for path in [damaged, damaged / "wal", *damaged.rglob("*")]:
            give_away(path)
        segment = next((damaged / "wal").glob(f"{lost}.*"))
        for name, path in (("segment", segment), ("base", damaged / base)):
            good = path.read_bytes()
            path.write_bytes(good[:-100] + bytes(100))
            result = tool("restore.sh", "--test", base, moment, BACKUP_STORE=str(damaged))
            self.assertNotEqual(0, result.returncode, name)
            path.write_bytes(good)
        # Whoever has the public key can encrypt something else, but not under the right digest.
        done("age", "-e", "-R", str(database.folder / "recipients"), "-o", str(segment), str(database.folder / "log"))
        result = tool("restore.sh", "--test", base, moment, BACKUP_STORE=str(damaged))
        self.assertIn("is damaged", result.stderr)

    def test_another_key_opens_nothing(self):
        done("age-keygen", "-o", str(database.folder / "other"))
        result = tool("restore.sh", "--test", base, moment, BACKUP_IDENTITY=str(database.folder / "other"))
        self.assertNotEqual(0, result.returncode)
        self.assertIn("no identity matched", result.stderr)

    def test_a_broken_chain_is_reported(self):
        checks = (PAGE / "checks.sql").read_text()
        self.assertIn("chain whole", done("psql", "-X", "-At", "-c", checks.replace("invoices", "members")).stdout)
        broken = ("begin; set session_replication_role = replica; update audit_log set actor = 'system:nobody'"
                  " where seq = 2; " + checks.replace("invoices", "members") + "; rollback")
        self.assertIn("chain broken", database.psql(broken))


class Backup(unittest.TestCase):
    def test_everything_in_the_store_is_encrypted(self):
        files = [path for path in store.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 2)
        for path in files:
            self.assertTrue(path.read_bytes().startswith(b"age-encryption.org/v1\n"), path)

    def test_a_dump_is_stored_with_all_tables(self):
        result = tool("backup.sh", "dump", PGDATABASE="template1")
        self.assertRegex(result.stdout, r"\Adump-\d{8}T\d{6}Z\.age \d+ bytes, 0 tables\n\Z")
        name = result.stdout.split()[0]
        self.assertEqual(f"{name}\n", tool("store.sh", "--list", name).stdout)

    def test_the_metric_tells_the_last_success_and_a_failure_leaves_it(self):
        metrics = database.folder / "metrics"
        lines = (metrics / "database-base.prom").read_text().splitlines()
        self.assertEqual("# TYPE backup_last_success_timestamp_seconds gauge", lines[0])
        self.assertRegex(lines[1], r'\Abackup_last_success_timestamp_seconds\{dataset="database-base"\} \d{10}\Z')
        self.assertNotEqual(0, tool("backup.sh", "base", PGHOST="/nowhere").returncode)
        self.assertEqual(lines, (metrics / "database-base.prom").read_text().splitlines())

    def test_nothing_is_stored_when_encryption_fails(self):
        before = sorted(store.glob("base-*"))
        for command in (("base",), ("wal", str(database.folder / "recipients"), "000000010000000000000077")):
            self.assertNotEqual(0, tool("backup.sh", *command, BACKUP_RECIPIENTS="/nowhere").returncode)
        self.assertEqual(before, sorted(store.glob("base-*")))
        self.assertEqual([], list((store / "wal").glob("000000010000000000000077*")))

    def test_a_segment_may_come_twice_but_never_differently(self):
        segment, name = database.folder / "segment", "000000010000000000000099"
        segment.write_bytes(b"one")
        give_away(segment)
        for _ in range(2):
            self.assertEqual(0, tool("backup.sh", "wal", str(segment), name).returncode)
        self.assertEqual(1, len(list((store / "wal").glob(f"{name}.*"))))

    def test_nothing_is_left_on_the_host(self):
        self.assertEqual([], list(database.folder.glob("backup-*")))


class Bucket(http.server.BaseHTTPRequestHandler):
    """As much of S3 as store.sh speaks."""

    held: dict = {}
    write_only = False  # As for the key of the database host.

    def do_PUT(self):
        body, name = self.rfile.read(int(self.headers["Content-Length"])), self.path.removeprefix("/backups/")
        taken = self.headers.get("If-None-Match") == "*" and name in self.held
        if not taken:
            self.held[name] = body
        self.answer(412 if taken else 200)

    def do_GET(self):
        if self.write_only:
            return self.answer(403)
        if "?" in self.path:
            prefix = self.path.split("prefix=")[1]
            keys = [f"<Contents><Key>{name}</Key></Contents>" for name in self.held if name.startswith(prefix)]
            return self.answer(200, f"<ListBucketResult>{''.join(keys)}</ListBucketResult>".encode())
        body = self.held.get(self.path.removeprefix("/backups/"))
        self.answer(404 if body is None else 200, body or b"")

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Store(unittest.TestCase):
    def check_store(self, place):
        def call(*arguments, stdin=""):
            script = f'printf "%s" "{stdin}" | {database.folder}/tools/store.sh "$@"'
            return run("sh", "-c", script, "sh", *arguments, BACKUP_STORE=place)

        self.assertEqual(0, call("wal/0A.one.age", stdin="body").returncode)
        self.assertEqual(3, call("wal/0A.one.age", stdin="other").returncode, "a name is taken once")
        self.assertEqual("body", call("--get", "wal/0A.one.age").stdout)
        self.assertEqual("wal/0A.one.age\n", call("--wal", "0A").stdout)
        self.assertEqual("", call("--wal", "0B").stdout)
        self.assertEqual(0, call("base-2", stdin="x").returncode)
        self.assertEqual(0, call("base-1", stdin="x").returncode)
        self.assertEqual("base-1\nbase-2\n", call("--list", "base-").stdout)
        self.assertNotEqual(0, call("--get", "base-3").returncode)

    def test_a_folder_keeps_each_name_once(self):
        with tempfile.TemporaryDirectory(dir=database.folder) as folder:
            give_away(folder)
            self.check_store(folder)

    def bucket(self, **changed):
        kind = type("Bucket", (Bucket,), {"held": {}, **changed})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return kind, f"http://127.0.0.1:{server.server_address[1]}/backups"

    def test_a_bucket_keeps_each_name_once(self):
        self.check_store(self.bucket()[1])

    def test_a_segment_that_comes_again_needs_no_right_to_look(self):
        kind, address = self.bucket(write_only=True)
        for _ in range(2):
            sent = tool("backup.sh", "wal", str(database.folder / "recipients"), "0B", BACKUP_STORE=address)
            self.assertEqual((0, ""), (sent.returncode, sent.stderr))
        self.assertEqual(1, len(kind.held))

    def test_a_bucket_that_refuses_or_is_away_is_told(self):
        _, address = self.bucket(do_PUT=lambda self: self.answer(403))
        for place in (address, "http://127.0.0.1:9/backups"):
            sent = tool("backup.sh", "wal", str(database.folder / "recipients"), "0B", BACKUP_STORE=place)
            self.assertEqual(1, sent.returncode)
            self.assertIn("curl", sent.stderr)


if __name__ == "__main__":
    unittest.main()
