"""Makes tests for promtool of cases.csv: each alert is silent at its limit and fires beyond it.

python3 cases.py prints alerts.test.yaml. `series` and their values are separated by `;`. Cases that share no
metric are run together, since each test costs promtool a database of its own.
"""
import json
import sys

from rules import HERE, groups, rows


def alerts():
    return {rule["alert"]: rule for file, _, _, rules in groups() for rule in rules if file == "thresholds"}


def names(case):
    return {series.split("{")[0] for series in case["series"].split("; ")}


def batches():
    packed = []
    for case in sorted(rows(HERE / "cases.csv"), key=lambda case: int(case["minutes"])):
        for batch in packed:
            if not any(names(case) & names(other) for other in batch):
                batch.append(case)
                break
        else:
            packed.append([case])
    return packed


def tests():
    known = alerts()
    for batch in batches():
        for column in ("quiet", "firing"):
            test = {"interval": "1m", "input_series": [], "alert_rule_test": []}
            for case in batch:
                rule = known[case["alert"]]
                labels = {**dict(pair.split("=") for pair in case["labels"].split()), **rule["labels"]}
                test["input_series"] += [{"series": name, "values": values} for name, values in
                                         zip(case["series"].split("; "), case[column].split("; "), strict=True)]
                test["alert_rule_test"].append({
                    "eval_time": f"{case['minutes']}m", "alertname": case["alert"], "exp_alerts":
                    [{"exp_labels": labels, "exp_annotations": rule["annotations"]}] if column == "firing" else []})
            yield test


def main(out=sys.stdout):
    print("# Made by cases.py from cases.csv: change that.\nrule_files: [alerts.yaml]\nevaluation_interval: 1m\ntests:", file=out)
    for test in tests():
        print("  - interval: 1m", file=out)
        for key in ("input_series", "alert_rule_test"):
            print(f"    {key}:", file=out)
            for entry in test[key]:
                print(f"      - {json.dumps(entry, ensure_ascii=False)}", file=out)


if __name__ == "__main__":
    main()
