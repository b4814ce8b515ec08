"""Read the files that a command line names."""

from datetime import date, datetime
from pathlib import Path

from dakehu.foundation.base import clock, parsing
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual


def read_password(path: Path | None) -> str | None:
    """Return the first line of a password file; None without a path."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        raise Refused(
            bilingual("密码文件“{path}”读不到内容。", "The password file “{path}” gives nothing.", path=path)
        ) from None


def check_file(path: Path) -> Path:
    """Return the path if it is a file; refuse otherwise."""
    if not path.is_file():
        raise Refused({"file": [bilingual("找不到文件“{path}”。", "There is no file “{path}”.", path=path)]})
    return path


def read_moment(text: str, name: str) -> datetime | None:
    """Return the moment that an option names, in the desk's own time zone unless it states another; None for an empty one.
    Raises Refused for an invalid moment."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise refusal(
            name,
            "“{text}”不是时刻，请写成 2026-11-30T14:25:00。",
            "“{text}” is no moment; write it as 2026-11-30T14:25:00.",
            text=text,
        ) from None
    return moment.replace(tzinfo=moment.tzinfo or clock.zone()) if moment is not None else None


def read_day(text: str, name: str) -> date | None:
    """Return the day that an option names, None for an empty one. Raises Refused for an invalid day."""
    try:
        return parsing.to_date(text) if text else None
    except parsing.Unreadable as fault:
        raise Refused(
            {
                name: [
                    bilingual(
                        "“{text}”不是{zh}。",
                        "“{text}” is not {en}.",
                        text=text,
                        zh=fault.expected_zh,
                        en=fault.expected_en,
                    )
                ]
            }
        ) from None
