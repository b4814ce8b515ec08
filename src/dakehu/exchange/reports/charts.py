"""Draw charts as SVG: lines over days, and a ring of shares. Pure.

Lengths are points of the printed page; the same numbers always give the same text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, floor, log10, pi, sin

INK, MUTED, LINE, ACCENT, UP, DOWN = "#1c2430", "#5d6878", "#e6e9ee", "#1f5eff", "#c8261f", "#0a7a45"
PALETTE = ("#1f5eff", "#14a394", "#8b5cf6", "#e8930c", "#e5484d", "#0aa5c8", "#b0468c", "#5b7083", "#8c98aa")
FONT = "Noto Sans CJK SC"
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 8.0, 18.0
POINTS = 360  # points drawn at most; each bucket of days keeps its lowest and highest value


@dataclass(frozen=True)
class Curve:
    """One line. values: one per day, None for a gap. marks: (index, 1 for money in or −1 for money out)."""

    values: Sequence[float | None]
    colour: str = ACCENT
    dashed: bool = False
    filled: bool = False
    marks: tuple[tuple[int, int], ...] = ()


def lines(
    days: Sequence[str], curves: Sequence[Curve], *, width: float, height: float, format_value: Callable[[float], str]
) -> str:
    """Draw curves over the same days (ISO dates); an empty picture without values.

    `format_value` formats a value at the axis.
    """
    values = [value for curve in curves for value in curve.values if value is not None]
    if not values:
        return _svg(width, height, [])
    ticks = steps(min(values), max(values))
    low, high = ticks[0], ticks[-1]
    plot_width, plot_height = width - LEFT - RIGHT, height - TOP - BOTTOM

    def x(index: int) -> float:
        return LEFT + plot_width * index / max(1, len(days) - 1)

    def y(value: float) -> float:
        return TOP + plot_height * (high - value) / (high - low)

    parts = []
    for tick in ticks:
        parts.append(f'<path d="M{LEFT} {y(tick):.2f}H{width - RIGHT}" stroke="{LINE}" stroke-width="0.5"/>')
        parts.append(_text(LEFT - 5, y(tick) + 2.4, format_value(tick), "end"))
    for index, anchor in _dates(len(days)):
        parts.append(_text(x(index), height - 5, days[index], anchor))
    for curve in curves:
        parts += _curve(curve, x, y, y(min(max(0.0, low), high)))
    return _svg(width, height, parts)


def _curve(curve: Curve, x: Callable[[int], float], y: Callable[[float], float], baseline: float) -> list[str]:
    """Draw one curve with its marks."""
    parts = []
    dash = ' stroke-dasharray="3 2"' if curve.dashed else ""
    for points in _split_at_gaps(curve.values):
        path = "M" + "L".join(f"{x(index):.2f} {y(value):.2f}" for index, value in points)
        if curve.filled:
            area = f"{path}L{x(points[-1][0]):.2f} {baseline:.2f}L{x(points[0][0]):.2f} {baseline:.2f}Z"
            parts.append(f'<path d="{area}" fill="{curve.colour}" fill-opacity="0.14"/>')
        parts.append(
            f'<path d="{path}" fill="none" stroke="{curve.colour}" stroke-width="1.2" stroke-linejoin="round"{dash}/>'
        )
    for index, sign in curve.marks:
        value = curve.values[index]
        if value is not None:
            parts.append(_mark(x(index), y(value), sign))
    return parts


def _split_at_gaps(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Split values into runs without gaps, thinned to what can be seen."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [_thin_values(run) for run in runs if run]


def _thin_values(run: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Keep the first, lowest, highest and last point of every bucket."""
    if len(run) <= POINTS:
        return run
    size = -(-len(run) * 4 // POINTS)
    points: set[tuple[int, float]] = set()
    for first in range(0, len(run), size):
        bucket = run[first : first + size]
        points |= {
            bucket[0],
            bucket[-1],
            min(bucket, key=lambda point: point[1]),
            max(bucket, key=lambda point: point[1]),
        }
    return sorted(points)


def _mark(x: float, y: float, direction: int) -> str:
    """Draw a payment: money in points up from below the line, money out points down from above it."""
    tip, base = (y + 3.5, y + 9) if direction > 0 else (y - 3.5, y - 9)
    return (
        f'<path d="M{x:.2f} {tip:.2f}L{x - 3:.2f} {base:.2f}H{x + 3:.2f}Z" fill="{ACCENT if direction > 0 else "#fff"}"'
        f' stroke="{ACCENT}" stroke-width="0.7"/>'
    )


def steps(low: float, high: float, count: int = 4) -> list[float]:
    """Return round axis values from at most `low` to at least `high`; at least two."""
    span = high - low
    if span <= 1e-9 * max(1.0, abs(high)):
        span = max(span, abs(high) * 0.1 if abs(high) > 1e-9 else 1.0)
    raw_step = span / count
    size = 10.0 ** floor(log10(raw_step))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw_step * (1 - 1e-9))
    first = floor(low / step + 1e-9)
    ticks = [first * step]
    while ticks[-1] < high - step * 1e-9 or len(ticks) < 2:
        ticks.append((first + len(ticks)) * step)
    return ticks


def _dates(count: int) -> list[tuple[int, str]]:
    """Return (index, text anchor) of the date labels."""
    if count < 2:
        return [(0, "start")] * count
    if count < 5:
        return [(0, "start"), (count - 1, "end")]
    middle_labels = [(round((count - 1) * quarter / 4), "middle") for quarter in (1, 2, 3)]
    return [(0, "start"), *middle_labels, (count - 1, "end")]


def ring(shares: Sequence[float], *, size: float) -> str:
    """Draw a ring of shares, clockwise from the top, in the colours of PALETTE. Shares of 0 are skipped."""
    total = sum(share for share in shares if share > 0)
    if not total:
        return _svg(size, size, [])
    middle, outer, inner = size / 2, size / 2 - 1, size / 2 * 0.6
    parts, start_share = [], 0.0
    for index, share in enumerate(shares):
        if share <= 0:
            continue
        fraction = min(share / total, 0.9999)  # an arc cannot end at its starting point
        start_angle, end_angle = 2 * pi * start_share, 2 * pi * (start_share + fraction)
        large = int(fraction > 0.5)

        def point_at(angle: float, radius: float) -> str:
            return f"{middle + radius * sin(angle):.2f} {middle - radius * cos(angle):.2f}"

        parts.append(
            f'<path d="M{point_at(start_angle, outer)}A{outer} {outer} 0 {large} 1 {point_at(end_angle, outer)}L{point_at(end_angle, inner)}'
            f'A{inner:.2f} {inner:.2f} 0 {large} 0 {point_at(start_angle, inner)}Z" fill="{PALETTE[index % len(PALETTE)]}"'
            ' stroke="#fff" stroke-width="1"/>'
        )
        start_share += fraction
    return _svg(size, size, parts)


def _text(x: float, y: float, label: str, anchor: str) -> str:
    """Draw a text."""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="6.8" fill="{MUTED}"'
        f' text-anchor="{anchor}">{escape(label)}</text>'
    )


def _svg(width: float, height: float, parts: list[str]) -> str:
    """Return an SVG picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{''.join(parts)}</svg>"
    )
