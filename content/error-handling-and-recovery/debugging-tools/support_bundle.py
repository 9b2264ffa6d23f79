"""Packs what is needed to look into one request, and nothing that is secret.

    python3 support_bundle.py TRACE_ID --logs /var/log/hbl --settings /etc/hbl/settings.ini --out bundle.tar.gz

In the bundle: the lines of the trace, the settings with secrets taken out, versions, and a manifest with digests.
Everything goes through the redaction of structured_log.py once more; if a secret is still found afterwards, no
bundle is written. Exit status 0 written, 1 no such trace or a secret left, 2 usage.
"""
import argparse
import configparser
import hashlib
import io
import json
import os
import platform
import re
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "logging-standards"))

from structured_log import SECRET_FIELD, redact

LINES_MAX = 5000


class Refused(Exception):
    """Why there is no bundle."""


# ANCHOR: collect
def collect(trace_id, logs, settings):
    """The files of the bundle by name. Lines are in order of time; addresses of clients are cut to their network."""
    if not re.fullmatch(r"[0-9a-f]{32}", trace_id):
        raise Refused("a trace id has 32 hexadecimal digits")
    lines = [clean_line(line) for line in find_lines(trace_id, logs)]
    if not lines:
        raise Refused("no line of this trace; it may be older than 14 days, or from another environment")
    files = {
        "trace.jsonl": "".join(sorted(lines)),
        "settings.ini": clean_settings(settings),
        "versions.txt": f"python {platform.python_version()}\nsystem {platform.system()} {platform.release()}\n"
                        + "".join(sorted({f"{line['service']} {line['version']}\n" for line in map(json.loads, lines)})),
    }
    files["MANIFEST"] = "".join(f"{digest(text)}  {name}\n" for name, text in sorted(files.items()))
    return files


def find_lines(trace_id, logs):
    found = []
    for path in sorted(Path(logs).glob("*.json")):
        with open(path, encoding="utf-8", errors="replace") as file:
            found += [line for line in file if trace_id in line]
    return found[:LINES_MAX]


def clean_line(line):
    """Redacts value by value, because a name such as `password` tells what a value is; odd lines become one."""
    try:
        fields = json.loads(line)
        fields["service"], fields["version"], fields["time"]
    except (ValueError, KeyError, TypeError):
        return json.dumps({"time": "", "service": "unknown", "version": "unknown", "message": redact(line)}) + "\n"
    return json.dumps(clean_value("", fields), ensure_ascii=False) + "\n"


def clean_value(name, value):
    if isinstance(value, dict):
        return {key: clean_value(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean_value(name, inner) for inner in value]
    if SECRET_FIELD.search(name):
        return "[field]"
    if name == "client_address":
        return network(str(value))
    return redact(value) if isinstance(value, str) else value


def network(address):
    """The /24 or the /48: enough to tell networks apart, not people."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + "::/48"
    return ".".join(address.split(".")[:3]) + ".0/24"


def clean_settings(path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(Path(path).read_text(encoding="utf-8"))
    lines = []
    for section in parser.sections():
        lines.append(f"[{section}]")
        lines += [f"{key} = {clean_value(key, value)}" for key, value in parser.items(section)]
    return "\n".join(lines) + "\n"
# ANCHOR_END: collect


# ANCHOR: pack
def leftovers(files):
    """The files in which something is secret all the same: the last look before anything leaves the host."""
    return [name for name, text in files.items() if redact(text) != text]


def pack(files, out):
    left = leftovers(files)
    if left:
        raise Refused(f"a secret is left: {', '.join(left)}")
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target, \
            tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(f"bundle/{name}")
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
# ANCHOR_END: pack


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trace_id")
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        files = collect(options.trace_id, options.logs, options.settings)
        pack(files, options.out)
    except (Refused, OSError, configparser.Error) as error:
        print(f"support_bundle: {redact(str(error))}", file=sys.stderr)
        return 1
    print(f"{options.out}: {files['trace.jsonl'].count(chr(10))} lines of the trace, {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
