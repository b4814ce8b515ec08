"""Settings from the environment, by four typed readers. Whatever is wrong says how to mend it."""

import ipaddress
import os
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class WrongSetting(SystemExit):
    """A setting that cannot be used; the message names it and the remedy."""


# name → what it is for, in both languages; the generated reference and a house test read this.
SETTINGS: dict[str, tuple[str, str, str]] = {}


def _declare(name: str, default: str, zh: str, en: str) -> str | None:
    SETTINGS[name] = (default, zh, en)
    return os.environ.get(name)


def text(name: str, default: str, *, zh: str, en: str) -> str:
    return _declare(name, default, zh, en) or default


def flag(name: str, default: bool, *, zh: str, en: str) -> bool:
    given = (_declare(name, "1" if default else "0", zh, en) or "").strip().lower()
    if not given:
        return default
    if given not in ("1", "0", "true", "false", "yes", "no"):
        raise WrongSetting(f"{name}={given!r}: write 1 or 0")
    return given in ("1", "true", "yes")


def number(name: str, default: int, *, zh: str, en: str) -> int:
    given = _declare(name, str(default), zh, en)
    if not given:
        return default
    try:
        return int(given)
    except ValueError:
        raise WrongSetting(f"{name}={given!r}: write a whole number") from None


def networks(name: str, *, zh: str, en: str) -> tuple[Network, ...]:
    """Addresses and networks, comma separated."""
    given = (_declare(name, "", zh, en) or "").split(",")
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in given if part.strip())
    except ValueError as fault:
        raise WrongSetting(f"{name}: {fault}; write addresses or networks such as 10.0.0.5,10.1.0.0/16") from None


def secret(name: str, *, zh: str, en: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE names; "" when neither is set."""
    given = _declare(name, "", zh, en)
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise WrongSetting(
                f"{name}_FILE={path!r} cannot be read ({fault.strerror}): check path and rights"
            ) from None
    return given or ""
