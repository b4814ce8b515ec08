"""The contrast of every pair of text and background, measured from the tokens of both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "src" / "dakehu" / "interfaces" / "web" / "static" / "dakehu" / "css"
TEXT, LARGE = 4.5, 3.0
GROUNDS = ("page", "card", "sunken", "hover")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-strong", "muted", "up", "down", "accent-ink") for ground in GROUNDS),
    *((tone, f"{tone}-soft", TEXT) for tone in ("red", "green", "amber", "violet", "teal")),
    ("accent-ink", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("accent", "card", LARGE),  # the focus ring and the lines of charts
    ("accent", "page", LARGE),
]


def tokens(*files: str) -> dict[str, str]:
    """Return {name: #rrggbb} of the theme: later files override earlier ones, references to other tokens are resolved."""
    raw: dict[str, str] = {}
    for name in files:
        root = re.search(r":root \{(.*?)\}", (CSS / name).read_text(encoding="utf-8"), re.DOTALL)
        raw |= dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", root[1] if root else ""))
    return {
        name: raw[other[1]] if (other := re.fullmatch(r"var\(--(.*)\)", value)) else value
        for name, value in raw.items()
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("files", [("tokens.css",), ("tokens.css", "dark.css")], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(files):
    theme = tokens(*files)
    weak = {
        f"{ink} on {ground}": round(contrast(theme[ink], theme[ground]), 2)
        for ink, ground, least in PAIRS
        if contrast(theme[ink], theme[ground]) < least
    }
    assert weak == {}


def test_the_measure_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
