"""Rules of the settings of the firm. Pure."""

import re

from dakehu.foundation.base.i18n import Bilingual, bilingual


def benchmark_fault(text: str) -> Bilingual | None:
    """What is wrong with a benchmark, None where it may be one: six digits or letters, a point, the market."""
    if re.fullmatch(r"[0-9A-Z]{2,10}\.[A-Z]{2,4}", text.strip().upper()):
        return None
    return bilingual(
        "“{text}”不像指数代码，应为代码加市场，如 000300.SH。",
        "“{text}” is no code of an index; write code and market, such as 000300.SH.",
        text=text,
    )
