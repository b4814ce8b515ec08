"""The layout of the calendar: days, weeks, months and team, as input of templates."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

FIRST_HOUR, LAST_HOUR = 7, 21  # of the time grid; earlier and later meetings are placed at its edges
STEP = 15  # minutes of a row of the grid
ROWS = (LAST_HOUR - FIRST_HOUR) * 60 // STEP
IN_LANE = 7  # entries of a day without an hour shown in a week
IN_CELL = 4  # entries of a day shown in a month or the team; the others are counted
LANES = 4  # overlapping meetings side by side in one day

ICONS = {
    "meeting": "handshake",
    "moment": "shield",
    "promise": "check",
    "complaint": "flag",
    "request": "inbox",
    "follow_up": "phone",
    "task": "list-checks",
    "absence": "sun",
}
WEEKDAYS = tuple(
    bilingual(zh, en)
    for zh, en in zip(
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        strict=True,
    )
)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def span_of(view: str, day: date) -> tuple[date, date]:
    """Return the first and last day that a view of a day shows; a month in full weeks."""
    if view == "day":
        return day, day
    monday = day - timedelta(days=day.weekday())
    if view != "month":
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def neighbours(view: str, day: date) -> tuple[date, date]:
    """Return the days of the previous and the next view."""
    if view == "month":
        first = day.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    step = timedelta(days=1 if view == "day" else 7)
    return day - step, day + step


def title_of(view: str, first: date, last: date, day: date) -> Bilingual:
    """Return the days shown as text."""
    if view == "month":
        return bilingual(f"{day.year} 年 {day.month} 月", f"{day:%B %Y}")
    if view == "day":
        return bilingual(f"{day.year} 年 {day.month} 月 {day.day} 日", f"{day.day} {day:%b %Y}")
    zh_end = f"{last.day} 日" if first.month == last.month else f"{last.month} 月 {last.day} 日"
    if first.year != last.year:
        zh_end = f"{last.year} 年 {zh_end}"
    en_start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    if first.year != last.year:
        en_start = f"{first.day} {first:%b %Y}"
    return bilingual(
        f"{first.year} 年 {first.month} 月 {first.day} 日 – {zh_end}", f"{en_start} – {last.day} {last:%b %Y}"
    )


def short_day(day: date) -> Bilingual:
    return bilingual(f"{day.month} 月 {day.day} 日", f"{day.day} {day:%b}")


def chip_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with the content of its chip: icon, hours, length and text for screen readers."""
    starts, ends = datetime.fromisoformat(row["starts"]), datetime.fromisoformat(row["ends"])
    hours = "" if row["all_day"] else f"{starts:%H:%M}–{ends:%H:%M}"
    client = row["client"]["name"] if row["client"] else ""
    return {
        **row,
        "icon": ICONS.get(row["kind"], "calendar"),
        "time": "" if row["all_day"] else f"{starts:%H:%M}",
        "hours": hours,
        "day": starts.date().isoformat(),
        "length": max(int((ends - starts).total_seconds() // 60), 0),
        "name": client,
        "classes": " ".join(
            name
            for name, applies in (
                (f"tier--{row['tier_code']}", row["tier_code"]),
                ("chip--done", row["state"] == "done"),
                ("chip--clash", row["clashes"]),
            )
            if applies
        ),
        "said": " · ".join(
            part
            for part in (hours, row["kind_name"], row["title"], client, row["tier"], row["owner_name"], *row["clashes"])
            if part
        ),
    }


def entries_by_day(rows: Iterable[dict[str, Any]], days: list[date]) -> dict[date, list[dict[str, Any]]]:
    """Return {day: entries that overlap it}, each with its chip."""
    shown = {day: [] for day in days}  # type: dict[date, list[dict[str, Any]]]
    for row in rows:
        drawn = chip_of(row)
        last = datetime.fromisoformat(row["ends"])
        if not row["all_day"] and last > datetime.fromisoformat(row["starts"]):
            last -= timedelta(minutes=1)
        day = max(date.fromisoformat(row["starts"][:10]), days[0])
        while day <= min(last.date(), days[-1]):
            shown[day].append(drawn)
            day += timedelta(days=1)
    return shown


def place_entries(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the timed entries of a day with their position on the time grid: row, length, lane and lanes."""
    timed = sorted((one for one in entries if not one["all_day"]), key=lambda one: (one["starts"], one["ends"]))
    made: list[dict[str, Any]] = []
    cluster: list[dict[str, Any]] = []
    end = -1
    for one in timed:
        start = datetime.fromisoformat(one["starts"])
        row = min(max(((start.hour - FIRST_HOUR) * 60 + start.minute) // STEP, 0), ROWS - 2)
        rows = min(max(-(-one["length"] // STEP), 2), ROWS - row)
        if row >= end and cluster:
            made += _assign_lanes(cluster)
            cluster = []
        cluster.append({**one, "row": row, "rows": rows})
        end = max(end, row + rows)
    return made + _assign_lanes(cluster)


def _assign_lanes(cluster: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Assign overlapping meetings to lanes."""
    ends: list[int] = []
    lanes: list[int] = []
    for one in cluster:
        lane = next((n for n, end in enumerate(ends) if end <= one["row"]), len(ends))
        lane = min(lane, LANES - 1)
        if lane == len(ends):
            ends.append(0)
        ends[lane] = one["row"] + one["rows"]
        lanes.append(lane)
    return [{**one, "lane": lane, "lanes": len(ends)} for one, lane in zip(cluster, lanes, strict=True)]


def capacity_of(days: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the joint capacity of some people on a day: percent of the usable time, its tone, and text; None without any."""
    usable, taken = sum(one["usable"] for one in days), sum(one["taken"] for one in days)
    if not usable:
        return None
    percent = round(100 * taken / usable)
    return {
        "percent": percent,
        "width": min(percent, 100),
        "tone": "full" if percent > 100 else "high" if percent >= 85 else "",
        "text": bilingual(
            "已排 {a} 小时 / 可用 {b} 小时", "{a} h of {b} h planned", a=f"{taken / 60:.1f}", b=f"{usable / 60:.1f}"
        ),
        "short": f"{taken / 60:.1f}/{usable / 60:.1f} h",
    }


def _whole_day(entries: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """Return the entries of a day without an hour, up to the number shown, and the count of the others."""
    whole = [one for one in entries if one["all_day"]]
    shown = most if len(whole) > most + 1 else len(whole)
    return {"whole": whole[:shown], "more_whole": len(whole) - shown}


def day_cells(found: dict[str, Any], today: date, month: int | None = None) -> list[dict[str, Any]]:
    """Return the days of a calendar as cells, with their entries, position and capacity."""
    days = days_between(date.fromisoformat(found["first"]), date.fromisoformat(found["last"]))
    entries = entries_by_day(found["entries"], days)
    is_open = {one["day"]: one["is_open"] for one in found["days"]}
    capacities: dict[str, list[dict[str, Any]]] = {}
    for person in found["people"]:
        for day_capacity in person["days"]:
            capacities.setdefault(day_capacity["day"], []).append(day_capacity)
    return [
        {
            "day": day,
            "iso": day.isoformat(),
            "weekday": WEEKDAYS[day.weekday()],
            "label": short_day(day),
            "is_holiday": not is_open[day.isoformat()] and day.weekday() < 5,
            **_whole_day(entries[day], most=IN_LANE if len(days) > 1 else len(entries[day])),
            "timed": place_entries(entries[day]),
            "shown": entries[day][:IN_CELL],
            "classes": " ".join(
                name
                for name, applies in (
                    ("is-today", day == today),
                    ("is-closed", not is_open[day.isoformat()]),
                    ("is-outside", month is not None and day.month != month),
                )
                if applies
            ),
            "more": max(len(entries[day]) - IN_CELL, 0),
            "count": len(entries[day]),
            "all": entries[day],
            "capacity": capacity_of(capacities.get(day.isoformat(), [])),
        }
        for day in days
    ]


def team_rows(found: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """Return one row per person with a cell for each day: capacity, entries, away."""
    days = days_between(date.fromisoformat(found["first"]), date.fromisoformat(found["last"]))
    rows = []
    for person in found["people"]:
        own = [row for row in found["entries"] if _is_entry_of(row, person["id"])]
        entries = entries_by_day(own, days)
        cells = [
            {
                "iso": day_capacity["day"],
                "absent": day_capacity["absent"],
                "classes": ("is-today " if day_capacity["day"] == today.isoformat() else "")
                + ("" if day_capacity["working"] else "is-closed"),
                "capacity": capacity_of([day_capacity]),
                "shown": [one for one in entries[date.fromisoformat(day_capacity["day"])] if one["kind"] != "absence"][
                    :3
                ],
                "count": len(entries[date.fromisoformat(day_capacity["day"])]),
            }
            for day_capacity in person["days"]
        ]
        rows.append({**person, "cells": cells, "count": len(own), "capacity": capacity_of(person["days"])})
    return rows


def _is_entry_of(row: dict[str, Any], person: int) -> bool:
    """Return whether an entry belongs to a person."""
    return row["owner"] == person or any(one["id"] == person for one in row["people"])
