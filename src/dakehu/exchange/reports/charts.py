"""Charts as SVG text: lines over days, and a ring of shares. Pure: numbers and words in, a picture out.

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
POINTS = 360  # drawn at most; a bucket of days keeps its lowest and highest, so that no fall is lost


@dataclass(frozen=True)
class Curve:
    """One line. values: one a day, None where there is none. marks: {place: the sign of a payment}."""

    values: Sequence[float | None]
    colour: str = ACCENT
    dashed: bool = False
    filled: bool = False
    marks: tuple[tuple[int, int], ...] = ()


def lines(
    days: Sequence[str], curves: Sequence[Curve], *, width: float, height: float, written: Callable[[float], str]
) -> str:
    """Curves over the same days (ISO dates); `written` says a value at the axis. An empty picture without any value."""
    known = [value for curve in curves for value in curve.values if value is not None]
    if not known:
        return _svg(width, height, [])
    ticks = steps(min(known), max(known))
    low, high = ticks[0], ticks[-1]
    wide, tall = width - LEFT - RIGHT, height - TOP - BOTTOM

    def x(place: int) -> float:
        return LEFT + wide * place / max(1, len(days) - 1)

    def y(value: float) -> float:
        return TOP + tall * (high - value) / (high - low)

    parts = []
    for tick in ticks:
        parts.append(f'<path d="M{LEFT} {y(tick):.2f}H{width - RIGHT}" stroke="{LINE}" stroke-width="0.5"/>')
        parts.append(_text(LEFT - 5, y(tick) + 2.4, written(tick), "end"))
    for place, anchor in _dates(len(days)):
        parts.append(_text(x(place), height - 5, days[place], anchor))
    for curve in curves:
        parts += _curve(curve, x, y, y(min(max(0.0, low), high)))
    return _svg(width, height, parts)


def _curve(curve: Curve, x: Callable[[int], float], y: Callable[[float], float], ground: float) -> list[str]:
    parts = []
    dash = ' stroke-dasharray="3 2"' if curve.dashed else ""
    for piece in _pieces(curve.values):
        path = "M" + "L".join(f"{x(place):.2f} {y(value):.2f}" for place, value in piece)
        if curve.filled:
            area = f"{path}L{x(piece[-1][0]):.2f} {ground:.2f}L{x(piece[0][0]):.2f} {ground:.2f}Z"
            parts.append(f'<path d="{area}" fill="{curve.colour}" fill-opacity="0.14"/>')
        parts.append(
            f'<path d="{path}" fill="none" stroke="{curve.colour}" stroke-width="1.2" stroke-linejoin="round"{dash}/>'
        )
    for place, sign in curve.marks:
        value = curve.values[place]
        if value is not None:
            parts.append(_mark(x(place), y(value), sign))
    return parts


def _pieces(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Runs without a gap, thinned to what can be seen: first, lowest, highest and last of every bucket."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [_thinned(run) for run in runs if run]


def _thinned(run: list[tuple[int, float]]) -> list[tuple[int, float]]:
    if len(run) <= POINTS:
        return run
    size = -(-len(run) * 4 // POINTS)
    kept: set[tuple[int, float]] = set()
    for begin in range(0, len(run), size):
        bucket = run[begin : begin + size]
        kept |= {bucket[0], bucket[-1], min(bucket, key=lambda p: p[1]), max(bucket, key=lambda p: p[1])}
    return sorted(kept)


def _mark(x: float, y: float, sign: int) -> str:
    """Money in points up from below the line, money out points down from above it."""
    tip, base = (y + 3.5, y + 9) if sign > 0 else (y - 3.5, y - 9)
    return (
        f'<path d="M{x:.2f} {tip:.2f}L{x - 3:.2f} {base:.2f}H{x + 3:.2f}Z" fill="{ACCENT if sign > 0 else "#fff"}"'
        f' stroke="{ACCENT}" stroke-width="0.7"/>'
    )


def steps(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values for an axis, from at most `low` to at least `high`; two at least, also where all values are one."""
    span = high - low
    if span <= 1e-9 * max(1.0, abs(high)):
        span = max(span, abs(high) * 0.1 if abs(high) > 1e-9 else 1.0)
    rough = span / wanted
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * (1 - 1e-9))
    first = floor(low / step + 1e-9)
    made = [first * step]
    while made[-1] < high - step * 1e-9 or len(made) < 2:
        made.append((first + len(made)) * step)
    return made


def _dates(count: int) -> list[tuple[int, str]]:
    """Places of the dates under the axis, and how each stands there."""
    if count < 2:
        return [(0, "start")] * count
    if count < 5:
        return [(0, "start"), (count - 1, "end")]
    inner = [(round((count - 1) * part / 4), "middle") for part in (1, 2, 3)]
    return [(0, "start"), *inner, (count - 1, "end")]


def ring(shares: Sequence[float], *, size: float) -> str:
    """A ring of parts, clockwise from the top, in the order and colours of PALETTE. Parts of nothing are left out."""
    total = sum(share for share in shares if share > 0)
    if not total:
        return _svg(size, size, [])
    middle, outer, inner = size / 2, size / 2 - 1, size / 2 * 0.6
    parts, turned = [], 0.0
    for place, share in enumerate(shares):
        if share <= 0:
            continue
        part = min(share / total, 0.9999)  # an arc cannot end where it began
        a, b = 2 * pi * turned, 2 * pi * (turned + part)
        large = int(part > 0.5)

        def at(angle: float, radius: float) -> str:
            return f"{middle + radius * sin(angle):.2f} {middle - radius * cos(angle):.2f}"

        parts.append(
            f'<path d="M{at(a, outer)}A{outer} {outer} 0 {large} 1 {at(b, outer)}L{at(b, inner)}'
            f'A{inner:.2f} {inner:.2f} 0 {large} 0 {at(a, inner)}Z" fill="{PALETTE[place % len(PALETTE)]}"'
            ' stroke="#fff" stroke-width="1"/>'
        )
        turned += part
    return _svg(size, size, parts)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{FONT}" font-size="6.8" fill="{MUTED}"'
        f' text-anchor="{anchor}">{escape(words)}</text>'
    )


def _svg(width: float, height: float, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{''.join(parts)}</svg>"
    )
