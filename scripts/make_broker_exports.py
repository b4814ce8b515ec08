"""Regenerate docs/broker-exports.md: how the statement reader handles the export files of 29 brokers in
../shared/data/broker_exports (Apache-2.0). Nothing is imported; without the files nothing is written."""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "../shared/data/broker_exports/samples"
HEAD = """# Export files of 29 brokers

Written by `python scripts/make_broker_exports.py` from the sample files that the project was given. A row is *told* when
it adds up to the hundredth, *without effect* when it is understood and changes nothing, *held back* when anything about it
stays open; none is guessed. Many hold fractions of a share finer than a thousandth, which the journal cannot hold exactly
and does not round. Money is kept to the hundredth.

| File | Layout | Rows | Told | Without effect | Held back | Why |
|---|---|---:|---:|---:|---:|---|
"""


def table() -> str:
    """Return the page for the current files."""
    from dakehu.domains.ledger.statements import importing as statement_import
    from dakehu.domains.ledger.statements.validation import REASONS
    from dakehu.exchange.statements import service as intake
    from dakehu.exchange.workbook import reading

    made, sums = [], [0, 0, 0, 0]
    for path in sorted(SAMPLES.glob("*.csv")):
        found = intake.recognise(reading.open_book(path))
        if found is None:
            made.append(f"| {path.name} | not recognised | | | | | |")
            continue
        judged = statement_import.evaluate(found.lines)
        counts = (len(found.lines), len(judged.valid), judged.ignored, len(judged.rejected))
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        why: dict[str, int] = {}
        for _, doubt, _ in judged.rejected:
            why[doubt.reason] = why.get(doubt.reason, 0) + 1
        said = "; ".join(f"{REASONS[reason][1]} ({n})" for reason, n in sorted(why.items(), key=lambda p: -p[1]))
        numbers = " | ".join(map(str, counts))
        made.append(f"| {path.name.removesuffix('-export.csv')} | {found.layout.name} | {numbers} | {said} |")
    return HEAD + "\n".join([*made, f"| **all** | | {' | '.join(map(str, sums))} | |"]) + "\n"


def main() -> int:
    if not SAMPLES.is_dir():
        print("the sample files are not here (../shared/data/broker_exports)", file=sys.stderr)
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    with tempfile.TemporaryDirectory() as home:
        os.environ["DAKEHU_HOME"] = home
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        (ROOT / "docs" / "broker-exports.md").write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
