"""Holds a workflow, the quarantine and the locked dependencies to the rules of the page.

    python3 check_pipeline.py --workflow ci.yaml --quarantine quarantine.csv --locked locked-sample.csv

One line for each fault; exit status 1 if there is one. The workflow's form itself is checked by check-jsonschema, its
security by zizmor; here is only what is ours. Needs python3-yaml.
"""
import argparse
import csv
import re
import sys
from datetime import date, timedelta
from pathlib import Path

try:
    import yaml
except ImportError:  # Debian's python3-yaml, seen from another Python.
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

HERE = Path(__file__).resolve().parent
COOLDOWN = timedelta(days=7)
QUARANTINE_DAYS, QUARANTINE_MOST = 14, 10
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ANCHOR: workflow
def workflow_faults(text, stages):
    flow = yaml.safe_load(text)
    budgets = {row["stage"]: int(row["budget_min"]) for row in stages}
    if flow.get("permissions") != {}:
        yield "permissions at the top must be {}: each job asks for what it needs"
    if re.search(r"\bsecrets\.\w", text):
        yield "a secret in a workflow that runs the code of a pull request"
    if "pull_request_target" in (flow.get("on") or flow.get(True)):  # YAML 1.1 reads `on` as true.
        yield "pull_request_target gives a stranger's code our rights"
    for name, job in flow["jobs"].items():
        if job.get("timeout-minutes") != budgets.get(name):
            yield f"{name}: its time limit isn't the budget of stages.csv"
        if job.get("permissions") not in ({}, {"contents": "read"}):
            yield f"{name}: may do more than read"
        if str(job.get("runs-on", "")).endswith("-latest"):
            yield f"{name}: name the version of the runner"
        for step in job["steps"]:
            if "uses" in step and not PINNED.fullmatch(step["uses"]):
                yield f"{name}: not pinned by digest: {step['uses']}"
            if step.get("continue-on-error") or "|| true" in step.get("run", ""):
                yield f"{name}: a step that can't fail"
    yield from gate_faults(flow["jobs"], stages)


def gate_faults(jobs, stages):
    blocking = {row["stage"] for row in stages if row["blocks"] == "merge"} - {"required"}
    gate = jobs.get("required", {})
    if set(gate.get("needs", ())) != blocking:
        yield f"required: must need {', '.join(sorted(blocking))}"
    if "always()" not in str(gate.get("if")):
        yield "required: runs always, or a skipped job counts as passed"
# ANCHOR_END: workflow


# ANCHOR: quarantine
def quarantine_faults(rows, today):
    if len(rows) > QUARANTINE_MOST:
        yield f"{len(rows)} tests in quarantine, at most {QUARANTINE_MOST}: stop features, mend tests"
    for row in rows:
        since, until = date.fromisoformat(row["since"]), date.fromisoformat(row["until"])
        if until - since > timedelta(days=QUARANTINE_DAYS):
            yield f"longer than {QUARANTINE_DAYS} days: {row['test']}"
        if until < today:
            yield f"quarantine ended, mend or delete: {row['test']} ({row['owner']}, {row['ticket']})"
        if not row["owner"] or not row["ticket"]:
            yield f"without owner or ticket: {row['test']}"
# ANCHOR_END: quarantine


# ANCHOR: cooldown
def cooldown_faults(rows, today, urgent=()):
    """A version must have been public for a week, unless it mends a vulnerability that is named in the change."""
    for row in rows:
        age = today - date.fromisoformat(row["released"])
        if age < COOLDOWN and row["name"] not in urgent:
            yield f"{row['name']} {row['version']} is {age.days} days old, wait {(COOLDOWN - age).days} more"
# ANCHOR_END: cooldown


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("workflow", "quarantine", "locked"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--urgent", nargs="*", default=[], help="packages whose new version mends a vulnerability")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    options = parser.parse_args(arguments)
    faults = []
    if options.workflow:
        faults += workflow_faults(options.workflow.read_text(encoding="utf-8"), table(HERE / "stages.csv"))
    if options.quarantine:
        faults += quarantine_faults(table(options.quarantine), options.today)
    if options.locked:
        faults += cooldown_faults(table(options.locked), options.today, options.urgent)
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
