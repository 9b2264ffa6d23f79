"""Both configurations run against each other on loopback, with TLS: only the journal is replaced by a TCP input."""
import datetime
import grp
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
RSYSLOGD = shutil.which("rsyslogd", path=f"{os.environ['PATH']}:/usr/sbin")
JOURNAL = 'module(load="imjournal" StateFile="imjournal.state" PersistStateInterval="100" Ratelimit.Interval="0")'


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


class Certificates:
    def __init__(self, folder, name):
        self.folder = folder
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", "ca.key",
                "-out", "ca.pem", cwd=folder)

    def issue(self, host):
        folder = self.folder / host
        folder.mkdir()
        shutil.copy(self.folder / "ca.pem", folder / "ca.pem")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
                "-keyout", "host.key", "-out", "host.csr", cwd=folder)
        openssl("x509", "-req", "-in", "host.csr", "-CA", str(self.folder / "ca.pem"), "-CAkey", str(self.folder / "ca.key"),
                "-CAcreateserial", "-copy_extensions", "copy", "-days", "1", "-out", "host.pem", cwd=folder)
        return folder


class Daemon:
    def __init__(self, folder, name, config):
        self.folder, self.name = folder, name
        self.path = folder / f"{name}.conf"
        self.path.write_text(config, encoding="utf-8")
        self.process = None

    def start(self):
        with open(self.folder / f"{self.name}.out", "ab") as out:
            self.process = subprocess.Popen([RSYSLOGD, "-n", "-f", self.path, "-i", self.folder / f"{self.name}.pid"],
                                            stdout=out, stderr=out)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


class Pipeline(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        ours, theirs = self.folder / "ours", self.folder / "theirs"
        for path in (ours, theirs, self.folder / "logs", self.folder / "spool-ops", self.folder / "spool-host"):
            path.mkdir()
        self.ours, self.theirs = Certificates(ours, "our authority"), Certificates(theirs, "another authority")
        self.port, self.input = free_port(), free_port()
        self.day = datetime.datetime.now(datetime.timezone.utc).date()
        self.ops = Daemon(self.folder, "ops", self.config("ops", self.ours.issue("ops-1.internal")))
        self.addCleanup(self.ops.stop)

    def config(self, name, certificates):
        text = (HERE / f"{name}.conf").read_text(encoding="utf-8")
        for old, new in [
            ("/etc/ssl/internal", certificates), ("/var/spool/rsyslog", self.folder / f"spool-{name}"),
            ("/var/log/hbl", self.folder / "logs/hbl"), ("/run/hbl", self.folder), ('"adm"', f'"{grp.getgrgid(os.getgid())[0]}"'),
            ('port="6514"', f'port="{self.port}"'), ('target="ops-1.internal"', 'target="127.0.0.1"'),
            ('resumeInterval="5"', 'resumeInterval="1"'),
            (JOURNAL, f'module(load="imtcp")\ninput(type="imtcp" port="{self.input}" address="127.0.0.1")'),
        ]:
            text = text.replace(old, str(new))
        return text

    def host(self, certificates):
        daemon = Daemon(self.folder, "host", self.config("host", certificates))
        self.addCleanup(daemon.stop)
        daemon.start()
        return daemon

    def send(self, *lines):
        """Each line as (program, message); it waits until rsyslog listens."""
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.input), 1) as connection:
                    for program, message in lines:
                        text = f"<14>1 2020-01-01T00:00:00Z app-1 {program} 4711 - - {message}".encode()
                        connection.sendall(b"%d %s" % (len(text), text))
                return
            except OSError:
                self.assertLess(time.monotonic(), deadline, (self.folder / "host.out").read_text())
                time.sleep(0.1)

    def read(self, name, count, words=""):
        """The lines with these words, when there are so many."""
        path, deadline, lines = self.folder / f"logs/{name}", time.monotonic() + 60, []
        while len(lines) < count:
            self.assertLess(time.monotonic(), deadline, f"{name}: {lines}\n" + (self.folder / "ops.out").read_text())
            time.sleep(0.1)
            all_lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            lines = [line for line in all_lines if words in line]
        return lines

    def test_lines_arrive_as_they_were_written_sorted_by_service_and_day(self):
        self.ops.start()
        self.host(self.ours.issue("app-1.internal"))
        first = json.dumps({"event": "a.b", "text": 'Grüße "x" {y}', "stack": "z" * 30_000}, ensure_ascii=False)
        second = '{"event":"c.d","n":1}'
        self.send(("api", first), ("worker", second), ("api", "plain words"), ("nginx", '{"not":"ours"}'),
                  ("api/../../escape", second))
        # At least once: what is on its way while a connection is made may come again.
        self.assertEqual({first}, set(self.read(f"hbl/api-{self.day}.json", 1)))
        self.assertEqual({second}, set(self.read(f"hbl/worker-{self.day}.json", 1)))
        for words in ("api 4711 - - plain words", 'nginx 4711 - - {"not":"ours"}', "escape"):
            self.read(f"hbl-system/app-1-{self.day}.log", 1, words)
        self.assertEqual(2, len(list((self.folder / "logs/hbl").iterdir())))
        self.assertEqual(0o640, (self.folder / f"logs/hbl/api-{self.day}.json").stat().st_mode & 0o777)

    def test_what_is_written_while_ops_is_away_arrives_later(self):
        host = self.host(self.ours.issue("app-1.internal"))
        lines = [f'{{"event":"a.b","n":{number}}}' for number in range(50)]
        self.send(*(("api", line) for line in lines[:25]))
        time.sleep(0.5)
        host.stop()                      # The host restarts meanwhile: its queue is on disk.
        host.start()
        self.send(*(("api", line) for line in lines[25:]))
        self.ops.start()
        # At least once: what was on its way when the connection broke may come again.
        deadline = time.monotonic() + 60
        while set(arrived := self.read(f"hbl/api-{self.day}.json", 50)) != set(lines):
            self.assertLess(time.monotonic(), deadline, arrived)
            time.sleep(0.1)

    def test_a_host_without_a_certificate_of_ours_is_not_heard(self):
        self.ops.start()
        self.host(self.theirs.issue("app-1.internal"))
        self.send(("api", '{"event":"a.b"}'))
        deadline = time.monotonic() + 60
        while "certificate" not in (said := (self.folder / "host.out").read_text() + (self.folder / "ops.out").read_text()):
            self.assertLess(time.monotonic(), deadline, said)
            time.sleep(0.1)
        self.assertFalse((self.folder / "logs/hbl").exists())

    def test_rsyslog_accepts_both_configurations_as_they_are(self):
        certificates = self.ours.issue("any.internal")
        for name in ("host", "ops"):
            text = (HERE / f"{name}.conf").read_text(encoding="utf-8").replace("/etc/ssl/internal", str(certificates))
            path = self.folder / f"{name}-real.conf"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([RSYSLOGD, "-N1", "-f", path], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((0, False), (done.returncode, "error" in done.stderr.lower()), done.stderr)


if __name__ == "__main__":
    unittest.main()
