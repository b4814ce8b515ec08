"""Small line pictures rendered on the server: `{% load sparklines %}{% sparkline values "市值" %}`."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dakehu.interfaces.web import drawing

register = template.Library()

WIDTH, HEIGHT, PAD = 120.0, 28.0, 2.0
POINTS_MAX = 60


@register.simple_tag
def sparkline(values: Sequence[float | None] | None, label: object, tone: str = "") -> SafeString:
    """Draw values in their order as a small line without axes; nothing for fewer than two.

    tone: "" | up | down | muted. Missing values are left out. `label` describes the picture to screen readers.
    """
    present = [float(value) for value in values or () if value is not None]
    if len(present) < 2:
        return SafeString("")
    step = (len(present) - 1) / (min(len(present), POINTS_MAX) - 1)
    drawn = [present[round(index * step)] for index in range(min(len(present), POINTS_MAX))]
    low, high = min(drawn), max(drawn)
    if low == high:  # a constant line is in the middle
        low, high = low - 1, high + 1
    placed = drawing.points(drawn, WIDTH, HEIGHT - 2 * PAD, low, high)
    points = " ".join(f"{x:.1f},{y + PAD:.1f}" for x, y in placed)
    return format_html(
        '<svg class="sparkline{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polyline points="{}" vector-effect="non-scaling-stroke"/></svg>',
        f" sparkline--{tone}" if tone else "",
        f"{WIDTH:g}",
        f"{HEIGHT:g}",
        label,
        points,
    )
