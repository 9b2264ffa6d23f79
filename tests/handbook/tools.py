"""What the tests of the handbook need besides Python: two modules and programs from PyPI.

`yaml` and `jsonschema` are Debian's python3-yaml and python3-jsonschema, seen from another Python as well. Programs are
those of requirements.txt, which scripts/handbook-tools installs into target/handbook-tools.
"""

import csv
import subprocess
import sys
from pathlib import Path

try:
    import jsonschema
    import yaml
except ImportError:
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema
    import yaml

__all__ = ["ROOT", "load_csv", "load_yaml", "jsonschema", "run", "yaml"]
ROOT = Path(__file__).resolve().parents[2]


def load_csv(path):
    """The rows of a register, each as a dictionary."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_yaml(path):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def run(program, *arguments):
    """Runs a program of requirements.txt; gives its exit code and all that it said."""
    path = ROOT / "target/handbook-tools/bin" / program
    if not path.exists():
        raise FileNotFoundError(f"{program} is missing: run scripts/handbook-tools, which installs it")
    done = subprocess.run([path, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout
