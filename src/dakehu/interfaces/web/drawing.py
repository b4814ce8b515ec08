"""Geometry of small pictures: coordinates of lines, bars and squares in an SVG. Plain numbers in, plain numbers out."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

WIDTH, NARROW, LINE_HEIGHT, BAR_HEIGHT, LEFT, TOP, GAP = 720, 350, 190, 54, 66, 12, 26
LEVELS = 4  # shades of a day in the calendar
STEP = 12  # between the days of the calendar
LABEL_WIDTH = 32  # of a month below the calendar; the last one moves left so that it ends within the picture
TOP_OF_DAYS = 36  # of the calendar, below the bars of its weeks


def points(
    values: Sequence[float | None], width: float, height: float, low: float, high: float
) -> list[tuple[float, float]]:
    """Return the points of a line across `width`, `high` at the top; missing values are left out."""
    span = (high - low) or 1.0
    step = width / max(len(values) - 1, 1)
    return [
        (round(place * step, 1), round(height - (value - low) / span * height, 1))
        for place, value in enumerate(values)
        if value is not None
    ]


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return round numbers that span low to high, at most about `count` + 1 of them."""
    span = (high - low) or abs(high) or 1.0
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * n for n in range(first, last + 1)]


def months(
    names: Sequence[str],
    line: Sequence[float | None],
    bars: Sequence[float | None],
    titles: Sequence[str],
    written: Callable[[float], str],
    width: int = WIDTH,
) -> dict[str, Any]:
    """Return a picture of a line over months and bars under it: ticks, points, bars and columns to point at."""
    known = [value for value in line if value is not None] or [0.0]
    marks = ticks(min(known), max(known))
    low, high = marks[0], marks[-1]
    begin = LEFT + 12
    inner = width - begin - 14
    step = inner / max(len(names) - 1, 1)
    xs = [round(begin + place * step, 1) for place in range(len(names))]
    placed = [(round(begin + x, 1), round(TOP + y, 1)) for x, y in points(line, inner, LINE_HEIGHT, low, high)]
    text = " ".join(f"{x},{y}" for x, y in placed)
    base = TOP + LINE_HEIGHT
    largest = max((abs(value) for value in bars if value is not None), default=0) or 1.0
    zero = base + GAP + BAR_HEIGHT / 2
    bar = min(22.0, step * 0.5)
    return {
        "width": width,
        "height": base + GAP + BAR_HEIGHT + 22,
        "left": LEFT,
        "right": width - 6,
        "line": text,
        "area": f"{placed[0][0]},{base} {text} {placed[-1][0]},{base}" if placed else "",
        "last": placed[-1] if placed else None,
        "ticks": [
            {
                "y": round(TOP + LINE_HEIGHT - (mark - low) / ((high - low) or 1.0) * LINE_HEIGHT, 1),
                "text": written(mark),
            }
            for mark in marks
        ],
        "zero": zero,
        "bars": [
            {
                "x": round(x - bar / 2, 1),
                "y": round(zero - max(value, 0) / largest * BAR_HEIGHT / 2, 1),
                "width": round(bar, 1),
                "height": round(abs(value) / largest * BAR_HEIGHT / 2, 1),
            }
            for x, value in zip(xs, bars, strict=True)
            if value
        ],
        "largest": f"±{written(largest)}",
        "names": [
            {"x": x, "text": name[5:].lstrip("0") if not name.endswith("-01") else name[:4]}
            for place, (x, name) in enumerate(zip(xs, names, strict=True))
            if width > NARROW or place % 3 == 0
        ],
        "columns": [
            {"x": round(x - step / 2, 1), "width": round(step, 1), "title": title}
            for x, title in zip(xs, titles, strict=True)
        ],
    }


def columns(bars: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return upright bars, each with its place, over 104 units of height."""
    step, height, base = 44, 104, 126
    largest = max((bar["value"] or 0 for bar in bars), default=0) or 1
    placed = []
    for place, bar in enumerate(bars):
        tall = round((bar["value"] or 0) / largest * height, 1)
        placed.append({**bar, "x": place * step, "y": round(base - tall, 1), "height": tall})
    return {"width": step * len(bars), "step": step, "bars": placed}


def stack(names: Sequence[str], kinds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return columns of stacked shares, one a month: {x, parts: [{y, height, tone, title}]}."""
    height, step = 120.0, 44
    columns = []
    for place, name in enumerate(names):
        y, parts = height, []
        for tone, kind in enumerate(kinds, 1):
            share = kind["shares"][place] or 0.0
            y -= share * height
            if share > 0:
                title = f"{name} {kind['name']} {share:.1%}"
                parts.append({"y": round(y, 1), "height": round(share * height, 1), "tone": tone, "title": title})
        columns.append({"x": place * step, "name": name[2:].replace("-", "/"), "parts": parts})
    return {"width": step * len(names), "height": height, "bar": step - 12, "columns": columns}


def shares_table(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the shares of each kind now and at the beginning, as text alternative of the picture."""
    return [
        {"name": kind["name"], "tone": tone, "first": kind["shares"][0], "last": kind["shares"][-1]}
        for tone, kind in enumerate(found["kinds"], 1)
    ]


def calendar(first: str, days: dict[str, int], title: Callable[[str, int], str]) -> dict[str, Any]:
    """Return a year of days, a column a week, Monday on top, with a bar for each week above.

    Days without a count are one background of squares; `squares` has the others, `marks` the months. Coordinates are texts: a
    template is slow to format numbers.
    """
    start = date.fromisoformat(first)
    most = max(days.values(), default=0)
    last = max([date.fromisoformat(day) for day in days], default=start)
    weeks = (max(last, start + timedelta(weeks=52)) - start).days // 7 + 1
    squares, totals = [], dict.fromkeys(range(weeks), 0)
    for day, count in sorted(days.items()):
        week, weekday = divmod((date.fromisoformat(day) - start).days, 7)
        totals[week] += count
        level = min(LEVELS, math.ceil(count / max(most, 1) * LEVELS))
        squares.append(
            {
                "x": str(week * STEP),
                "y": str(TOP_OF_DAYS + weekday * STEP),
                "level": str(level),
                "title": title(day, count),
            }
        )
    busiest = max(totals.values(), default=0) or 1
    bars = [
        {"x": str(week * STEP + 1), "count": str(count), "y": f"{30 - tall:g}", "tall": f"{tall:g}"}
        for week, count in totals.items()
        if count and (tall := round(count / busiest * 28, 1))
    ]
    width = weeks * STEP
    names = ((week * STEP, _month_label(start + timedelta(weeks=week))) for week in range(weeks))
    return {
        "step": str(STEP),
        "squares": squares,
        "bars": bars,
        "marks": [{"x": str(min(x, width - LABEL_WIDTH)), "month": month} for x, month in names if month],
        "width": str(width),
        "total": sum(days.values()),
        "busy_weeks": sum(1 for count in totals.values() if count),
        "busiest": busiest if days else 0,
    }


def _month_label(monday: date) -> str:
    """Return the month that begins in a week, "" for the other weeks."""
    sunday = monday + timedelta(days=6)
    return str(sunday.month) if sunday.day <= 7 else ""


def day_bars(rows: Sequence[dict[str, Any]], width: int = WIDTH) -> dict[str, Any]:
    """Return a bar for each day, with a part in another tone, ticks and the first day of each month.

    rows: [{name (ISO day), whole, part, title}].
    """
    marks = [mark for mark in ticks(0, max(row["whole"] for row in rows)) if mark == int(mark)] or [0.0, 1.0]
    high, base = marks[-1] or 1.0, TOP + LINE_HEIGHT
    begin, step = 44, (width - 54) / len(rows)
    bar = max(step * 0.8, 0.6)

    def tall(value: float) -> float:
        return round(value / high * LINE_HEIGHT, 1)

    names, last_at = [], -60.0
    for place, row in enumerate(rows):
        x = begin + place * step
        if (not place or row["name"][:7] != rows[place - 1]["name"][:7]) and x - last_at >= 40:
            names.append({"x": round(x, 1), "text": row["name"][:7].replace("-", "/")[2:]})
            last_at = x
    return {
        "width": width,
        "height": base + 22,
        "left": begin,
        "right": width - 6,
        "base": base,
        "ticks": [{"y": round(base - tall(mark), 1), "text": f"{mark:,.0f}"} for mark in marks],
        "bars": [
            {
                "x": round(begin + place * step, 1),
                "width": round(bar, 1),
                "y": round(base - tall(row["whole"]), 1),
                "height": tall(row["whole"]),
                "part_y": round(base - tall(row["part"]), 1),
                "part_height": tall(row["part"]),
                "title": row["title"],
            }
            for place, row in enumerate(rows)
        ],
        "names": names,
    }
