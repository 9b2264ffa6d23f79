"""A throw-away PostgreSQL for the tests of the handbook.

    with postgres.cluster() as database:
        database.psql("select 1")            # "1"
        database.psql_fails("select 1/0")    # the error's text

The cluster lies in a temporary folder, listens on a Unix socket there and nowhere else, and is gone afterwards.
`initdb` refuses to run as root: then everything runs as the user `postgres`, which Debian's package makes.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

MISSING = "PostgreSQL is missing. Install it with: apt-get install -y postgresql"


def find_binaries() -> Path:
    """The folder with `initdb`, of the newest installed version, or a `FileNotFoundError` that says what to install."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise FileNotFoundError(MISSING)


@contextlib.contextmanager
def cluster() -> Iterator[Database]:
    """Starts a cluster in UTC with an empty database; stops and removes it, whatever happens inside."""
    binaries = find_binaries()
    # A socket's path may have 107 bytes at most: a short folder, whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    database = Database(binaries, folder)
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        database.start()
        try:
            yield database
        finally:
            database.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Database:
    """A running cluster. Each call is one session and, unless the SQL says otherwise, one transaction."""

    def __init__(self, binaries: Path, folder: Path):
        self.binaries, self.folder = binaries, folder

    def psql(self, sql: str, database: str = "postgres", user: str = "postgres") -> str:
        """Runs SQL and gives its output: unaligned, without headers, trimmed. Raises `AssertionError` if it fails."""
        done = self._psql(sql, database, user)
        if done.returncode:
            raise AssertionError(f"SQL failed:\n{done.stderr}\n{sql}")
        return done.stdout.strip()

    def psql_fails(self, sql: str, database: str = "postgres", user: str = "postgres") -> str:
        """Runs SQL that must fail and gives what PostgreSQL said. Raises `AssertionError` if it succeeds."""
        done = self._psql(sql, database, user)
        if not done.returncode:
            raise AssertionError(f"SQL should have failed:\n{sql}")
        return done.stderr.strip()

    def _psql(self, sql: str, database: str, user: str) -> subprocess.CompletedProcess:
        return self._run("psql", "-X", "-q", "-A", "-t", "-1", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder),
                         "-U", user, "-d", database, "-f", "-", stdin=sql)

    def start(self) -> None:
        data = str(self.folder / "data")
        self._checked("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self._checked("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(self.folder / "log"), "-o",
                      f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off -c timezone=UTC",
                      "start")

    def restart(self) -> None:
        """Stops as it should be and starts again, for settings that need it."""
        self._checked("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "fast", "restart")

    def program(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        """Runs a program as the account of the cluster, with PostgreSQL's own on the path and connected to it."""
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        place = {"PATH": f"{self.binaries}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder),
                 "PGHOST": str(self.folder), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        return subprocess.run(command, capture_output=True, text=True, cwd=self.folder, timeout=120, check=False,
                              env={**place, **environment}, **as_user)

    def stop(self) -> None:
        self._checked("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def _checked(self, *command: str) -> None:
        # Into a file, not a pipe: the server inherits it, and a pipe would stay open as long as the server lives.
        with open(self.folder / "command.log", "w+", encoding="utf-8") as log:
            done = self._run(*command, output=log)
            log.seek(0)
            if done.returncode:
                server = self.folder / "log"
                raise RuntimeError(f"{command[0]} failed:\n{log.read()}\n{server.read_text() if server.exists() else ''}")

    def _run(self, program: str, *arguments: str, stdin: str = "", output=subprocess.PIPE):
        command = [str(self.binaries / program), *arguments]
        if program == "psql" and not Path(command[0]).exists():
            command[0] = "psql"
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run(command, input=stdin, stdout=output, stderr=output if output != subprocess.PIPE
                              else subprocess.PIPE, text=True, cwd=self.folder, timeout=120, check=False,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **as_user)
