"""The page Data Encryption: its nginx configuration is checked, served and looked at from outside."""

import contextlib
import csv
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "content/security-and-authentication/data-encryption"
API = "api.harbourline.example"
GOOD = """tls1 refused                 ok
tls1_1 refused               ok
tls1_2, name, chain          ok
tls1_3, name, chain          ok
no forward secrecy refused   ok
14 days left                 ok
HSTS of a year or more       ok
"""


def nginx():
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        raise FileNotFoundError("nginx is missing. Install it with: apt-get install -y nginx-light")
    return found


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.port, self.plain_port = free_port(), free_port()
        self.certificate(90)

    def certificate(self, days, kind=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes",
                        "-keyout", self.folder / "key.pem", "-out", self.folder / "chain.pem", "-days", str(days),
                        "-subj", f"/CN={API}", "-addext", f"subjectAltName=DNS:{API},DNS:portal.harbourline.example"],
                       check=True, capture_output=True)

    def write(self, change=lambda text: text):
        text = change((PAGE / "tls.conf").read_text(encoding="utf-8"))
        text = re.sub(r"/etc/ssl/portal/fullchain.pem", str(self.folder / "chain.pem"), text)
        text = re.sub(r"/etc/ssl/portal/privkey.pem", str(self.folder / "key.pem"), text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace(
            "listen 80", f"listen 127.0.0.1:{self.plain_port}")
        paths = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"pid {self.folder}/pid;\nerror_log {self.folder}/log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{text}}}\n")

    def call(self, *arguments):
        return subprocess.run([nginx(), "-e", self.folder / "log", "-c", self.folder / "nginx.conf", *arguments],
                              capture_output=True, text=True, check=False)

    def serve(self, change=lambda text: text):
        self.write(change)
        started = self.call()
        self.assertEqual(0, started.returncode, started.stderr)
        self.addCleanup(self.stop)

    def stop(self):
        self.call("-s", "stop")
        deadline = time.monotonic() + 10
        while (self.folder / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def look(self, host=API):
        done = subprocess.run([PAGE / "check_tls.sh", host, str(self.port), self.folder / "chain.pem"], text=True,
                              capture_output=True, check=False, env={**os.environ, "CONNECT": "127.0.0.1"})
        return done.returncode, done.stdout

    def test_nginx_accepts_the_configuration(self):
        self.write()
        checked = self.call("-t")
        self.assertEqual(0, checked.returncode, checked.stderr)
        self.assertNotIn("warn", checked.stderr)

    def test_from_outside_everything_is_as_it_should_be(self):
        self.serve()
        self.assertEqual((0, GOOD), self.look())
        self.assertEqual((0, GOOD), self.look("portal.harbourline.example"))

    def test_an_rsa_certificate_opens_no_way_without_forward_secrecy(self):
        self.certificate(90, ("rsa:2048",))
        self.serve()
        self.assertEqual((0, GOOD), self.look())
        # Whatever the default level of the host's OpenSSL refuses, the configuration refuses by itself.
        self.assertIn("\nssl_protocols TLSv1.2 TLSv1.3;\n", (PAGE / "tls.conf").read_text())

    def test_a_name_that_is_not_ours_gets_no_certificate(self):
        self.serve()
        with self.assertRaises(OSError):
            import ssl
            context = ssl._create_unverified_context()
            with socket.create_connection(("127.0.0.1", self.port)) as plain:
                context.wrap_socket(plain, server_hostname="other.example")

    def test_port_80_leads_to_the_portal_and_is_not_there_for_the_api(self):
        self.serve()
        asked = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H",
                                "Host: portal.harbourline.example", f"http://127.0.0.1:{self.plain_port}/x?y=1"],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual("308 https://portal.harbourline.example/x?y=1", asked)
        for server in re.findall(r"server \{.*?^\}", (PAGE / "tls.conf").read_text(), re.S | re.M):
            self.assertFalse("listen 80" in server and API in server)

    def test_the_look_from_outside_finds_what_is_wrong(self):
        self.certificate(10)
        self.serve(lambda text: text.replace("max-age=63072000", "max-age=300")
                   .replace("ssl_ciphers ECDHE-ECDSA", "ssl_ciphers AES128-SHA:ECDHE-ECDSA")
                   .replace("TLSv1.2 TLSv1.3", "TLSv1.2"))
        status, said = self.look()
        self.assertEqual(1, status)
        for line in ("tls1_3, name, chain          no", "14 days left                 no", "HSTS of a year or more       no"):
            self.assertIn(line, said)

    def test_names_are_the_books_and_lives_are_the_registers(self):
        variables = tomllib.loads((ROOT / "book.toml").read_text())["variables"]
        text = (PAGE / "tls.conf").read_text()
        for key in ("portal_url", "api_url"):
            self.assertIn(f"server_name {variables[key].removeprefix('https://')};", text)
        with open(ROOT / "content/reference/credentials.csv", encoding="utf-8", newline="") as file:
            kinds = {row["kind"]: row for row in csv.DictReader(file)}
        self.assertEqual("90 days", kinds["tls-certificate"]["lifetime"])
        self.assertEqual("kms", kinds["key-encryption-key"]["store"])

    def test_what_the_register_keeps_in_envelopes_has_a_data_key(self):
        schema = (ROOT / "content/reference/schema.sql").read_text()
        purposes = set(re.findall(r"'([\w-]+)'", re.search(r"data_keys_purpose_known +check \(purpose in \((.*?)\)",
                                                           schema)[1]))
        with open(ROOT / "content/reference/credentials.csv", encoding="utf-8", newline="") as file:
            kept = {row["kind"] for row in csv.DictReader(file) if row["store"] == "database-envelope"}
        self.assertEqual(purposes, kept - {"data-encryption-key"})


if __name__ == "__main__":
    unittest.main()
