"""Rules of the settings of the firm. Pure."""

import re

from dakehu.foundation.base.i18n import Bilingual, bilingual


def time_fault(text: str) -> Bilingual | None:
    """The error of a time of day, None if valid: hours and minutes, 24 hours."""
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text.strip()):
        return None
    return bilingual(
        "“{text}”不是时间，应为 24 小时制的时和分，如 18:30。",
        "“{text}” is no time; write hours and minutes of 24 hours, such as 18:30.",
        text=text,
    )


def benchmark_fault(text: str) -> Bilingual | None:
    """The error of a benchmark code, None if valid: 2 to 10 digits or letters, a point, the market."""
    if re.fullmatch(r"[0-9A-Z]{2,10}\.[A-Z]{2,4}", text.strip().upper()):
        return None
    return bilingual(
        "“{text}”不像指数代码，应为代码加市场，如 000300.SH。",
        "“{text}” is no code of an index; write code and market, such as 000300.SH.",
        text=text,
    )
