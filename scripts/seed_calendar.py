"""Write src/dakehu/foundation/calendar_seed.csv: the weekdays on which the Shanghai exchange did not trade.

Run manually, once a year when the next year's holidays are published, with a Python that has exchange_calendars:

    python -m venv scratch && scratch/bin/pip install exchange_calendars && scratch/bin/python scripts/seed_calendar.py

It is not a dependency of the product: the desk has its own, editable calendar, and this file only seeds it.
Shanghai and Shenzhen have the same trading days. Columns: exchange, date, open (0 closed, 1 open), reason (left
blank: the source lists days, not holidays). Every weekday not listed is open, every weekend day is closed. The last
row is the last day covered by the calendar, open or not.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

import exchange_calendars

FIRST, LAST = date(2015, 1, 1), date(2026, 12, 31)
SEED = Path(__file__).resolve().parents[1] / "src/dakehu/foundation/calendar_seed.csv"


def main() -> None:
    """Write the seed and print how many days are closed."""
    calendar = exchange_calendars.get_calendar("XSHG", start=FIRST.isoformat(), end=LAST.isoformat())
    sessions = {session.date() for session in calendar.sessions}
    weekend_sessions = [day for day in sorted(sessions) if day.weekday() >= 5]
    if weekend_sessions:
        raise SystemExit(f"the exchange is said to trade on a weekend, which the seed cannot say: {weekend_sessions}")
    days = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
    closed = [day for day in days if day.weekday() < 5 and day not in sessions]
    rows = [("SSE", day.isoformat(), 0, "") for day in closed if day != LAST]
    rows.append(("SSE", LAST.isoformat(), int(LAST in sessions), ""))
    with SEED.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("exchange", "date", "open", "reason"))
        writer.writerows(rows)
    print(f"{SEED.name}: {len(closed)} weekdays closed, known until {LAST}")


if __name__ == "__main__":
    main()
