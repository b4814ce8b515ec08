"""Mutations that break a table file: by transport, by other programs, by manual edits and by malice. Each takes the
bytes of a sound file and a random source and returns other bytes."""

import io
import random
import re
import zipfile
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]
FAR = 'r="XFD1048576"'
BOMB = 150_000_000


# --- any file ---------------------------------------------------------------------------------------


def flip_bytes(content: bytes, draw: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(draw.choice((1, 3, 20, 200))):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def cut_bytes(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def blank(content: bytes, draw: random.Random) -> bytes:
    at, long = draw.randrange(len(content)), draw.choice((1, 64, 4096))
    return content[:at] + b"\0" * long + content[at + long :]


def duplicate_bytes(content: bytes, draw: random.Random) -> bytes:
    at, long = draw.randrange(len(content)), draw.choice((16, 512, 8192))
    return content[:at] + content[at : at + long] * 2 + content[at + long :]


def insert(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content))
    return content[:at] + draw.randbytes(draw.choice((1, 7, 500))) + content[at:]


# --- archives (xlsx, ods) ---------------------------------------------------------------------------


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip_parts(parts: list[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts:
            archive.writestr(name, body)
    return made.getvalue()


def _mutate_part(change: Callable[[str, bytes, random.Random], bytes], chosen: str) -> Mutation:
    """Change one part whose name matches `chosen`."""

    def mutation(content: bytes, draw: random.Random) -> bytes:
        parts = _parts(content)
        names = [name for name in parts if re.search(chosen, name)] or list(parts)
        name = draw.choice(names)
        parts[name] = change(name, parts[name], draw)
        return _zip_parts(list(parts.items()))

    mutation.__name__ = change.__name__
    return mutation


SHEET = r"worksheets/sheet|content\.xml"


def drop_part(content: bytes, draw: random.Random) -> bytes:
    parts = _parts(content)
    del parts[draw.choice(list(parts))]
    return _zip_parts(list(parts.items()))


def repeat_part(content: bytes, draw: random.Random) -> bytes:
    parts = list(_parts(content).items())
    name, body = draw.choice(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, its in [*parts, (name, body[: len(body) // 2])]:
            info = zipfile.ZipInfo(each)
            archive.writestr(info, its)
    return made.getvalue()


def truncated_part(_: str, body: bytes, draw: random.Random) -> bytes:
    return body[: draw.randrange(len(body) + 1)]


def flipped_part(_: str, body: bytes, draw: random.Random) -> bytes:
    return flip_bytes(body, draw) if body else b"<"


def lost_tag(_: str, body: bytes, draw: random.Random) -> bytes:
    tags = [m.span() for m in re.finditer(rb"<[^>]{1,200}>", body)]
    if not tags:
        return b""
    first, last = draw.choice(tags)
    return body[:first] + body[last:]


def odd_number(_: str, body: bytes, draw: random.Random) -> bytes:
    """Put shared-string numbers out of range, dates beyond the calendar, NaN, 400 digits."""
    odd = draw.choice((b"999999999", b"-1", b"1e308", b"NaN", b"1" * 400, b"2958466", b"-700000", b"0x1F", b"", b"1.5"))
    found = list(re.finditer(rb"<v>[^<]*</v>", body))
    for match in sorted(draw.sample(found, min(len(found), draw.choice((1, 5, 50)))), key=lambda m: -m.start()):
        body = body[: match.start()] + b"<v>" + odd + b"</v>" + body[match.end() :]
    return body


def far_cell(_: str, body: bytes, draw: random.Random) -> bytes:
    """Put one cell in the last corner of the sheet, or at an invalid position."""
    where = draw.choice(
        (b'r="XFD1048576"', b'r="A1048576"', b'r="XFD1"', b'r="ZZZZZZ99999999"', b'r="A0"', b'r=""', b'r="1A"')
    )
    cells = list(re.finditer(rb'r="[A-Z]+\d+"', body))
    if not cells:
        return body
    match = draw.choice(cells)
    return body[: match.start()] + where + body[match.end() :]


def huge_dimension(_: str, body: bytes, draw: random.Random) -> bytes:
    made = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', body)
    wide = draw.choice((b"1000000", b"2000000000"))
    made = re.sub(rb"<table:table-row", b'<table:table-row table:number-rows-repeated="' + wide + b'"', made, count=1)
    return re.sub(
        rb"<table:table-cell", b'<table:table-cell table:number-columns-repeated="' + wide + b'"', made, count=1
    )


def many_merges(_: str, body: bytes, draw: random.Random) -> bytes:
    refs = draw.choice(
        ([b"A1:XFD1048576"], [b"A%d:C%d" % (n, n + 3) for n in range(1, 400)], [b"B2:A1", b"A1:A1", b":", b"A1"])
    )
    cells = b"".join(b'<mergeCell ref="%s"/>' % ref for ref in refs)
    return body.replace(b"</sheetData>", b"</sheetData><mergeCells>" + cells + b"</mergeCells>", 1)


def formulas(_: str, body: bytes, draw: random.Random) -> bytes:
    odd = draw.choice(
        (
            b"<f>1/0</f><v>#DIV/0!</v>",
            b"<f>A1</f>",
            b'<f t="shared" si="999"/><v>3</v>',
            b"<f>" + b"(" * 5000 + b"</f><v>1</v>",
        )
    )
    return re.sub(rb"<v>[^<]*</v>", odd, body, count=draw.choice((1, 20)))


def add_entity_bomb(_: str, body: bytes, draw: random.Random) -> bytes:
    """Add entities that expand to entities, and one that references a file of the machine."""
    steps = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<!DOCTYPE x [<!ENTITY l0 "ha"><!ENTITY f SYSTEM "file:///etc/hostname">' + steps + b"]>"
    body = re.sub(rb"(<\?xml[^>]*\?>)?", lambda m: m.group(0) + head, body, count=1)
    return re.sub(rb"<t>[^<]*</t>|<v>[^<]*</v>|<text:p>[^<]*</text:p>", b"<t>&l9;&f;</t>", body, count=3)


def bomb(_: str, body: bytes, draw: random.Random) -> bytes:
    """Inflate a part to far more than its compressed size."""
    row = draw.choice((b" ", b'<row r="7"><c r="A7"><v>1</v></c></row>', b"<row/>"))
    return (
        body.replace(b"<sheetData>", b"<sheetData>" + row * (BOMB // len(row)), 1)
        if b"<sheetData>" in body
        else body + row * (BOMB // len(row))
    )


def nest_elements(_: str, body: bytes, draw: random.Random) -> bytes:
    return body.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * draw.choice((100, 200_000)), 1)


# --- text -------------------------------------------------------------------------------------------


def mixed_encodings(content: bytes, draw: random.Random) -> bytes:
    text = content.decode("utf-8", errors="replace")
    middle = text.find("\n", len(text) // 2) + 1
    one, other = draw.sample(("utf-8", "gb18030", "utf-16-le", "cp1252", "big5"), 2)
    return text[:middle].encode(one, errors="replace") + text[middle:].encode(other, errors="replace")


def other_encoding(content: bytes, draw: random.Random) -> bytes:
    name = draw.choice(
        ("utf-16", "utf-16-be", "utf-32", "gb18030", "big5", "utf-8-sig", "shift_jis", "cp1253", "utf-7")
    )
    return content.decode("utf-8", errors="replace").encode(name, errors="replace")


def open_quote(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content))
    return content[:at] + draw.choice((b'"', b'""', b'"\n"', b"'")) + content[at:]


def long_line(content: bytes, draw: random.Random) -> bytes:
    more = draw.choice((b"," * 5000, b"x" * 3_000_000, b'"' + b"a,\n" * 100_000 + b'"'))
    at = content.find(b"\n", draw.randrange(len(content))) + 1
    return content[:at] + more + b"\n" + content[at:]


def other_lines(content: bytes, draw: random.Random) -> bytes:
    ends = draw.choice((b"\r", b"\r\r\n", b"\n\n", b"\x0b", b"\xe2\x80\xa8", b"\n\r"))
    return content.replace(b"\r\n", b"\n").replace(b"\n", ends)


def other_separator(content: bytes, draw: random.Random) -> bytes:
    return content.replace(b",", draw.choice((b";", b"\t", b"|", b"\x01", b"::", b" ")))


def odd_values(content: bytes, draw: random.Random) -> bytes:
    odd = (
        "9999-99-99",
        "1e400",
        "-" * 300,
        '=HYPERLINK("x")',
        "\u202e反",
        "٣٤٥",
        "1899-12-31",
        "12/13/2024",
        "0" * 60,
        "½万",
        "\x07",
        "一亿亿",
    )
    lines = content.decode("utf-8", errors="replace").split("\n")
    for _ in range(draw.choice((1, 10, 100))):
        at = draw.randrange(len(lines))
        cells = lines[at].split(",")
        cells[draw.randrange(len(cells))] = draw.choice(odd)
        lines[at] = ",".join(cells)
    return "\n".join(lines).encode()


ANY: list[Mutation] = [flip_bytes, cut_bytes, blank, duplicate_bytes, insert]
ARCHIVE: list[Mutation] = [
    drop_part,
    repeat_part,
    _mutate_part(truncated_part, "xml"),
    _mutate_part(flipped_part, "xml"),
    _mutate_part(lost_tag, SHEET),
    _mutate_part(lost_tag, "workbook|styles|shared"),
    _mutate_part(odd_number, SHEET),
    _mutate_part(odd_number, SHEET),
    _mutate_part(far_cell, SHEET),
    _mutate_part(huge_dimension, SHEET),
    _mutate_part(many_merges, SHEET),
    _mutate_part(formulas, SHEET),
    _mutate_part(add_entity_bomb, "shared|sheet1|content"),
    _mutate_part(bomb, SHEET),
    _mutate_part(nest_elements, SHEET),
]
TEXT: list[Mutation] = [
    mixed_encodings,
    other_encoding,
    open_quote,
    long_line,
    other_lines,
    other_separator,
    odd_values,
]


def mutations_for(content: bytes) -> list[Mutation]:
    """Return the mutations applicable to a file, by its content."""
    if content[:4] == b"PK\x03\x04":
        return ANY + ARCHIVE * 2
    return ANY if content[:4] == b"\xd0\xcf\x11\xe0" else ANY + TEXT * 2
