"""Asks the sample flags about one organisation and one user, and prints why each value is given."""
from pathlib import Path

from flags import Flags


def main():
    flags = Flags(Path(__file__).with_name("flags.json"))
    client = {
        "targeting_key": "5b1f6a3e-9b1d-4c57-8a55-0f6f4c1f7d21",
        "organisation_slug": "example-foods",
        "plan": "team",
    }
    asked = [
        ("release.invoice-pdf-v2", False, client),
        ("release.invoice-pdf-v2", False, {**client, "plan": "business"}),
        ("permission.bulk-export-beta", False, client),
        ("ops.export-page-size", 500, {}),
        ("experiment.onboarding-checklist", "short", {}),
        ("release.never-made", False, client),
    ]
    for key, default, context in asked:
        found = flags.details(key, default, context)
        print(f"{key} = {found.value} ({found.variant or 'default'}, {found.reason} {found.error_code}".rstrip() + ")")


if __name__ == "__main__":
    import logging

    logging.disable()
    main()
