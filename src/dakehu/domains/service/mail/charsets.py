"""Decode bytes and headers of mails, in the encodings used by mail programs in China. Pure."""

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Programs declare a smaller charset than the one they write: each is decoded by its superset.
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "gb_2312-80": "gb18030",
    "gb_2312": "gb18030",
    "csgb2312": "gb18030",
    "euc-cn": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cp950": "big5hkscs",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
UNNAMED = ("unknown-8bit", "unknown", "x-unknown", "default", "8bit", "binary", "charset")
_ENCODED_WORD = re.compile(r"(=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")


def decode(content: bytes, charset: str = "") -> tuple[str, str]:
    """Return (text, how it was decoded: "" as declared, the assumed encoding if none was, or "replaced").

    Without a usable declaration the text is UTF-8 if it is valid UTF-8, else GB18030 if it is valid GB18030; whatever
    remains has U+FFFD in the undecodable places.
    """
    named = charset.strip().strip("\"'").lower()
    encoding = WIDER.get(named, named)
    if encoding and encoding not in UNNAMED and _is_known(encoding):
        try:
            return content.decode(encoding), ""
        except UnicodeDecodeError:
            pass
    if content.isascii():
        return content.decode("ascii"), ""
    for assumed in ("utf-8", "gb18030"):
        try:
            return content.decode(assumed), "" if named in (assumed, *_names_of(assumed)) else assumed
        except UnicodeDecodeError:
            continue
    known = encoding if encoding and _is_known(encoding) else "utf-8"
    return content.decode(known, "replace"), "replaced"


def _is_known(encoding: str) -> bool:
    """Return whether a name is that of a text encoding."""
    try:
        return bool(codecs.lookup(encoding)._is_text_encoding)
    except (LookupError, ValueError):
        return False


def _names_of(encoding: str) -> tuple[str, ...]:
    """Return the names that mean an encoding."""
    return tuple(name for name, wider in WIDER.items() if wider == encoding)


def decode_words(value: object, charset: str = "") -> tuple[str, str]:
    """Return a header as (text, how it was decoded), with encoded words and bytes outside ASCII read.

    `charset` is that of the body, by which a header in bare bytes is read if nothing else fits. A character split over
    two encoded words of one encoding is joined again.
    """
    raw = str(value or "").replace("\r\n", "\n")
    raw = re.sub(r"\n[ \t]+", " ", raw).replace("\n", " ").strip()
    bare = raw.encode("utf-8", "surrogateescape")
    if any(0xDC80 <= ord(sign) <= 0xDCFF for sign in raw):
        raw, how = decode(bare, "" if _is_utf8(bare) else charset)
        how = how or "utf-8"
    else:
        how = ""
    try:
        parts = decode_header(_ENCODED_WORD.sub(r"\1", raw))
    except (HeaderParseError, ValueError):
        return raw, how
    joined: list[tuple[bytes | str, str]] = []
    for part, name in parts:
        name = (name or "").partition("*")[0].lower()
        if joined and name and joined[-1][1] == name and isinstance(joined[-1][0], bytes) and isinstance(part, bytes):
            joined[-1] = (joined[-1][0] + part, name)
        else:
            joined.append((part, name))
    text = ""
    for part, name in joined:
        if isinstance(part, bytes):
            decoded, assumed = decode(part, name) if name else (part.decode("raw-unicode-escape"), "")
            text, how = text + decoded, how or assumed
        else:
            text += part
    return " ".join(text.replace("\x00", "").split()), how


def _is_utf8(content: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
