"""Runs bootstrap.sh in a made-up repository, with a real PostgreSQL, the schema of the product, and a stand-in portal."""

import csv
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
CONTENT = HERE.parents[1]
SQL = {"schema.sql": CONTENT / "reference/schema.sql", "seed.sql": CONTENT / "reference/seed.sql",
       "roles.sql": CONTENT / "security-and-authentication/access-control/roles.sql"}
MESSAGES = CONTENT / "development-workflow/git-branching-strategy/check_message.py"

# Stands for the product: answers on both ports, and is ready at once.
SERVE = """
import sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/", "/readyz") else 404)
        self.end_headers()
    def log_message(self, *_):
        pass

ports = [int(sys.argv[2]), int(sys.argv[4])]
for port in ports[1:]:
    threading.Thread(target=HTTPServer(("127.0.0.1", port), Answer).serve_forever, daemon=True).start()
HTTPServer(("127.0.0.1", ports[0]), Answer).serve_forever()
"""


def found(program, *arguments):
    """The first two numbers of its version, so that these tests run on other versions, too."""
    try:
        said = subprocess.run([program, *arguments], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return "0"
    return next((word.strip("v,") for word in said.split() if word.strip("v,")[:1].isdigit() and "." in word), "0")


def postgres():
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return str(servers[-1]) if servers else "postgres"


def free_port():
    """One with the tenth above it free, too."""
    for _ in range(100):
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 10))
                return port
            except (OSError, OverflowError):
                continue
    raise RuntimeError("no two free ports")


class Checkout:
    """A repository in /tmp (a socket's path is short), owned by who may start PostgreSQL."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="boot-", dir="/tmp"))
        self.port = free_port()
        for folder in ("db", "tools"):
            (self.root / folder).mkdir()
        for name, path in SQL.items():
            shutil.copy(path, self.root / "db" / name)
        shutil.copy(HERE / "bootstrap.sh", self.root / "tools/bootstrap")
        (self.root / "tools/bootstrap").chmod(0o755)
        shutil.copy(MESSAGES, self.root / "tools")
        (self.root / "requirements.lock").write_text("none\n", encoding="utf-8")
        (self.root / "serve.py").write_text(textwrap.dedent(SERVE), encoding="utf-8")
        self.tool("install", "echo installed >>installs")
        self.tool("serve", "exec python3 serve.py \"$@\"")
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "postgres:postgres", self.root], check=True)

    def tool(self, name, line):
        path = self.root / "tools" / name
        path.write_text(f'#!/bin/sh\ncd "$(dirname "$0")/.." && {line}\n', encoding="utf-8")
        path.chmod(0o755)

    def run(self, *arguments, command=None, **environment):
        """Exit status and all that it said, as somebody who isn't root."""
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        place = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.root),
                 "LC_ALL": "C.UTF-8", "PORTAL_PORT": str(self.port), "READY_S": "30", "LEAST_MB": "10",
                 "POSTGRESQL_TESTED": found(postgres(), "--version"), "GIT_TESTED": "2",
                 "PYTHON_TESTED": "3", "CURL_TESTED": found("curl", "--version"),
                 "OPENSSL_TESTED": found("openssl", "version"), "SHELLCHECK_TESTED": "0"}
        done = subprocess.run(command or [str(self.root / "tools/bootstrap"), *arguments], cwd=self.root, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              env={**place, **environment}, **as_user)
        return done.returncode, done.stdout

    def sql(self, statement):
        return self.run(command=[str(Path(postgres()).with_name("psql")), "-X", "-At", "-h", str(self.root / ".dev/run"),
                                 "-U", "postgres", "-d", "portal", "-c", statement])[1].strip()

    def close(self):
        try:
            self.run("down")
        finally:
            shutil.rmtree(self.root, ignore_errors=True)


class Bootstrap(unittest.TestCase):
    def setUp(self):
        self.made = Checkout()
        self.addCleanup(self.made.close)

    def check_stops(self, words, *arguments, **environment):
        status, said = self.made.run(*arguments, **environment)
        self.assertEqual(1, status, said)
        self.assertIn(words, said)

    def test_a_dry_run_says_it_all_and_leaves_nothing(self):
        before = sorted(self.made.root.rglob("*"))
        status, said = self.made.run("--dry-run")
        self.assertEqual(0, status, said)
        for words in ("tools/install --locked", "initdb", "db/schema.sql", ".dev/env", "commit-msg", "tools/serve"):
            self.assertIn(words, said)
        self.assertEqual(before, sorted(self.made.root.rglob("*")))

    def test_from_nothing_to_a_running_portal_and_again(self):
        status, said = self.made.run(PGSERVICE="portal-admin", PGHOST="/nowhere", PGUSER="eve", PGDATABASE="production",
                                     DATABASE_URL="postgres://production")
        self.assertEqual(0, status, said)
        for words in ("secrets: made", "with 3 organisations", f"portal: http://localhost:{self.made.port}", "done in"):
            self.assertIn(words, said)
        self.assertEqual("3", self.made.sql("select count(*) from organisations"))
        self.assertEqual("t", self.made.sql("select rolname = 'portal_app' from pg_roles where rolname = 'portal_app'"))
        self.assertEqual(0o600, (self.made.root / ".dev/env").stat().st_mode & 0o777)
        self.assertEqual(0o700, (self.made.root / ".dev").stat().st_mode & 0o777)

        self.made.sql("delete from support_cases")
        secret = (self.made.root / ".dev/env").read_text(encoding="utf-8")
        status, said = self.made.run()
        self.assertEqual(0, status, said)
        for words in ("tools: as locked", "secrets: kept", "database: as it was", "portal: runs"):
            self.assertIn(words, said)
        self.assertEqual("0", self.made.sql("select count(*) from support_cases"))
        self.assertEqual(secret, (self.made.root / ".dev/env").read_text(encoding="utf-8"))
        self.assertEqual("installed\n", (self.made.root / "installs").read_text(encoding="utf-8"))

        commit = ["git", "-c", "user.name=Eve", "-c", "user.email=eve@example.org", "commit", "--quiet", "--allow-empty", "-m"]
        status, said = self.made.run(command=[*commit, "fixed stuff."])
        self.assertEqual(1, status, "the hook refuses a bad message")
        self.assertIn("no full stop", said)
        self.assertEqual(0, self.made.run(command=[*commit, "Mend the export"])[0])

        with open(self.made.root / "db/schema.sql", "a", encoding="utf-8") as file:
            file.write("-- A change.\n")
        self.assertIn("Run: tools/bootstrap reset", self.made.run()[1])
        status, said = self.made.run("reset")
        self.assertEqual(0, status, said)
        self.assertNotEqual("0", self.made.sql("select count(*) from support_cases"))
        self.assertEqual(secret, (self.made.root / ".dev/env").read_text(encoding="utf-8"))

        self.assertEqual(0, self.made.run("down")[0])
        self.assertFalse((self.made.root / ".dev/portal.pid").exists())
        self.assertIn("No such file", self.made.sql("select 1"))

    def test_what_stands_in_the_way_is_said_with_what_to_do(self):
        self.check_stops("the product is tested on 99", "check", POSTGRESQL_TESTED="99")
        self.check_stops("the product is tested on 1", "check", PYTHON_TESTED="1")
        self.check_stops("MB free, 999999999 needed", "check", LEAST_MB="999999999")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.made.port))
            taken.listen()
            self.check_stops(f"port {self.made.port} is taken", "check")
        self.check_stops("unknown: everything", "everything")
        self.assertFalse((self.made.root / ".dev").exists())

    def test_what_breaks_on_the_way_is_said_and_the_next_run_goes_on(self):
        self.made.tool("install", "exit 1")
        self.check_stops("tools/install failed")
        self.made.tool("install", "echo installed >>installs")
        good = (self.made.root / "db/seed.sql").read_text(encoding="utf-8")
        (self.made.root / "db/seed.sql").write_text("select 1/0;\n", encoding="utf-8")
        self.check_stops("the database can't be made: ")
        (self.made.root / "db/seed.sql").write_text(good, encoding="utf-8")
        self.made.tool("serve", "echo no key >&2; exit 3")
        self.check_stops("the portal ended: no key")
        self.made.tool("serve", "exec python3 serve.py \"$@\"")
        status, said = self.made.run()
        self.assertEqual(0, status, said)


@unittest.skipUnless(os.geteuid() == 0, "only root can try as root")
class Root(unittest.TestCase):
    def test_not_as_root(self):
        done = subprocess.run(["sh", HERE / "bootstrap.sh", "check"], capture_output=True, text=True, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("not as root", done.stderr)


class Tables(unittest.TestCase):
    def test_the_steps_fit_into_half_an_hour(self):
        with open(HERE / "steps.csv", encoding="utf-8", newline="") as file:
            self.assertLessEqual(sum(int(row["minutes"]) for row in csv.DictReader(file)), 30)


if __name__ == "__main__":
    unittest.main()
