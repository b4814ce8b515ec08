"""Read typed settings from the environment. Errors give the remedy."""

import ipaddress
import os
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class WrongSetting(SystemExit):
    """An unusable setting; the message names it and the remedy."""


# name → (default, purpose in Chinese, purpose in English); read by the generated reference and an architecture test.
SETTINGS: dict[str, tuple[str, str, str]] = {}


def _declare(name: str, default: str, zh: str, en: str) -> str | None:
    """Register a setting and return its value, None if unset."""
    SETTINGS[name] = (default, zh, en)
    return os.environ.get(name)


def text(name: str, default: str, *, zh: str, en: str) -> str:
    """Read a text setting."""
    return _declare(name, default, zh, en) or default


def flag(name: str, default: bool, *, zh: str, en: str) -> bool:
    """Read a yes-or-no setting. Raises WrongSetting."""
    value = (_declare(name, "1" if default else "0", zh, en) or "").strip().lower()
    if not value:
        return default
    if value not in ("1", "0", "true", "false", "yes", "no"):
        raise WrongSetting(f"{name}={value!r}: write 1 or 0")
    return value in ("1", "true", "yes")


def number(name: str, default: int, *, zh: str, en: str) -> int:
    """Read an integer setting. Raises WrongSetting."""
    value = _declare(name, str(default), zh, en)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise WrongSetting(f"{name}={value!r}: write a whole number") from None


def networks(name: str, *, zh: str, en: str) -> tuple[Network, ...]:
    """Read comma-separated addresses and networks."""
    given = (_declare(name, "", zh, en) or "").split(",")
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in given if part.strip())
    except ValueError as fault:
        raise WrongSetting(f"{name}: {fault}; write addresses or networks such as 10.0.0.5,10.1.0.0/16") from None


def secret(name: str, *, zh: str, en: str) -> str:
    """Read a secret from NAME, or from the file named by NAME_FILE; "" if neither is set."""
    value = _declare(name, "", zh, en)
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise WrongSetting(
                f"{name}_FILE={path!r} cannot be read ({error.strerror}): check path and rights"
            ) from None
    return value or ""
