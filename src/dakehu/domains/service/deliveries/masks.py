"""One form of an address, and its mask for logs and answers of other servers. Pure."""

import re

ADDRESS = re.compile(r"[^\s<>@:,;]+@[^\s<>@:,;]+")


def normal_address(value: str) -> str:
    """Return the normalised form of an address: mail addresses in small letters, others as they are."""
    return value.strip().lower() if "@" in value and "://" not in value else value.strip()


def mask_address(value: str) -> str:
    """Return an address that can be recognised and not used: the ends of a mail address, the host of a chat address."""
    name, at, host = value.partition("@")
    if at and "/" not in value:
        return f"{name[:1]}***@{host}"
    scheme, separator, rest = value.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2][:40]}/•••" if separator else f"{value[:2]}•••"


def without_addresses(text: str, most: int = 300) -> str:
    """Return an answer of another server with every mail address masked, in at most `most` characters."""
    return ADDRESS.sub(lambda found: mask_address(found.group()), text)[:most]
