"""Changes code for the worse, one change at a time, and looks whether the tests notice.

    python3 mutants.py        exit status 1 if a mutant survives

Works on a copy. A mutant is a file, a text in it, and what to put there instead.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONTENT = HERE.parents[1]
KEYS = CONTENT / "security-and-authentication" / "api-key-management" / "api_keys.py"
CLIENT = CONTENT / "api-documentation" / "sdk-documentation" / "harbourline.py"

# ANCHOR: mutants
MUTANTS = [
    ("one call too many is free", HERE / "pricing.py", "calls - plan.included)", "calls - plan.included - 1)"),
    ("begun thousands are free", HERE / "pricing.py", "-(-over // 1000)", "over // 1000"),
    ("calls below the plan are paid back", HERE / "pricing.py", "max(0, calls", "max(-10**9, calls"),
    ("halves are rounded down", HERE / "pricing.py", "days_left + days) //", "days_left + days - 1) //"),
    ("a change forgets the old plan", HERE / "pricing.py", " - prorate(old.price_minor, days_left, days)", ""),
    ("a key works at its end", KEYS, "or now >= key.expires_at:\n            raise refused", "or now > key.expires_at:\n            raise refused"),
    ("a scope is not looked at", KEYS, "if scope not in key.scopes:", "if False:"),
    ("mistyped keys reach the database", KEYS, "or find_keys(text) != [text]", ""),
    ("changes are repeated without a key", CLIENT, "error, retry_after, again = failure, None, repeatable", "error, retry_after, again = failure, None, True"),
    ("Retry-After is the most, not the least", CLIENT, "return max(retry_after or 0.0,", "return min(retry_after or 0.0,"),
    ("a sixth try", CLIENT, "TRIES = 5", "TRIES = 6"),
    ("every refusal is tried again", CLIENT, "return self.status in PASSES or", "return True or"),
]
# ANCHOR_END: mutants


def passes(name=None, path=None, old="", new=""):
    """Whether the example tests pass with one change made."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "content")
        here = content / HERE.parent.name / HERE.name
        here.mkdir(parents=True)
        for area in CONTENT.iterdir():
            if area.name != HERE.parent.name:
                (content / area.name).symlink_to(area)
        for file in ("pricing.py", "test_pricing.py", "test_key_check.py", "test_retry.py"):
            shutil.copy(HERE / file, here)
        if path:
            text = path.read_text(encoding="utf-8")
            if text.count(old) != 1:
                raise LookupError(f"{name}: the text to change is not in {path.name} exactly once")
            # The tests look beside themselves first.
            (here / path.name).write_text(text.replace(old, new), encoding="utf-8")
        done = subprocess.run([sys.executable, "-B", "-m", "unittest", "test_pricing", "test_key_check", "test_retry"],
                              cwd=here, capture_output=True, text=True, timeout=60, check=False)
        if "ImportError" in done.stderr or "SyntaxError" in done.stderr:
            raise RuntimeError(f"{name}: the mutant doesn't run\n{done.stderr}")
        return done.returncode == 0


def main():
    survivors = 0
    for name, *change in MUTANTS:
        alive = passes(name, *change)
        survivors += alive
        print(f"{'SURVIVED' if alive else 'caught  '} {name}")
    print(f"{len(MUTANTS)} mutants, {survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
