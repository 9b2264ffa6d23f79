"""Makes the dashboards for Grafana of dashboards.csv and panels.csv: python3 dashboards.py writes <id>.json beside it.

Grafana's classic JSON model, schema version 39. The red line of a panel is the limit of the alert that it names.
"""
import csv
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "alert-thresholds"))

from rules import HANDBOOK, url

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
HEIGHT = {"stat": 4, "timeseries": 8, "table": 8}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ALERTS = {row["alert"]: row for row in rows(HERE.parent / "alert-thresholds/thresholds.csv")}


# ANCHOR: panel
def steps(alert):
    """Colours of a panel: green, and red beyond the limit of its alert; below it where the alert asks for less."""
    sign, limit = re.search(r"([<>]) ([\d.]+)\Z", ALERTS[alert]["expr"]).groups()
    colours = ("red", "green") if sign == "<" else ("green", "red")
    return [{"color": colours[0], "value": None}, {"color": colours[1], "value": float(limit)}]


def panel(row, number, grid):
    alert = ALERTS.get(row["alert"])
    found = {"id": number, "type": row["kind"], "title": row["title"], "datasource": SOURCE, "gridPos": grid,
             "targets": [{"refId": "A", "datasource": SOURCE, "expr": row["query"], "instant": row["kind"] == "table",
                          "format": "table" if row["kind"] == "table" else "time_series"}],
             "fieldConfig": {"defaults": {"unit": row["unit"], "min": None if "budget" in row["title"] else 0}, "overrides": []},
             "options": {}}
    if alert:
        found["description"] = f"Red: {row['alert']}. {alert['means']}."
        found["links"] = [{"title": "First step", "url": url(alert["runbook"]), "targetBlank": True}]
        found["fieldConfig"]["defaults"]["thresholds"] = {"mode": "absolute", "steps": steps(row["alert"])}
        if row["kind"] == "timeseries":
            found["fieldConfig"]["defaults"]["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return found
# ANCHOR_END: panel


def panels(dashboard):
    """Rows from the top, each of panels of equal width: the question of a row is answered side by side."""
    mine, found, top = [row for row in rows(HERE / "panels.csv") if row["dashboard"] == dashboard], [], 0
    for number in sorted({row["row"] for row in mine}, key=int):
        line = [row for row in mine if row["row"] == number]
        width, height = 24 // len(line), max(HEIGHT[row["kind"]] for row in line)
        for place, row in enumerate(line):
            found.append(panel(row, len(found) + 1, {"x": place * width, "y": top, "w": width, "h": height}))
        top += height
    return found


def dashboard(row):
    return {
        "uid": f"hbl-{row['id']}", "title": row["title"], "description": f"{row['question']} For: {row['for']}.",
        "tags": ["handbook"], "timezone": "utc", "schemaVersion": 39, "version": 1, "editable": False, "refresh": "1m",
        "time": {"from": f"now-{row['hours']}h", "to": "now"}, "graphTooltip": 1,
        "links": [{"type": "dashboards", "title": "Others", "tags": ["handbook"], "asDropdown": True, "keepTime": True}],
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data"}]},
        "annotations": {"list": [{
            "name": "Releases", "enable": True, "iconColor": "blue", "datasource": SOURCE, "titleFormat": "{{service}} {{version}}",
            "expr": "count by (service, version) (app_info) unless count by (service, version) (app_info offset 5m)"}]},
        "panels": panels(row["id"])}


def text(row):
    return json.dumps(dashboard(row), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for entry in rows(HERE / "dashboards.csv"):
        (HERE / f"{entry['id']}.json").write_text(text(entry), encoding="utf-8")
