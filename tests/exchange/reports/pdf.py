"""A small reader of the PDFs that typst writes: the text of every page, and the embedded fonts."""

import re
import zlib

SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]+)>|(\bET\b)", re.S)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def objects(content):
    """Return {number: content} of the objects; a stream is read by its length, as it may contain any bytes."""
    held, place = {}, 0
    while found := re.compile(rb"(\d+) 0 obj\s*").search(content, place):
        ended = content.index(b"endobj", found.end())
        begun = content.find(b"stream\n", found.end(), ended)
        if begun >= 0:
            length = int(re.search(rb"/Length (\d+)", content[found.end() : begun])[1])
            ended = begun + len(b"stream\n") + length
        held[int(found[1])], place = content[found.end() : ended], ended
    return held


def stream(body):
    about, _, packed = body.partition(b"stream\n")
    return zlib.decompress(packed) if b"FlateDecode" in about else packed


def letters(body):
    """Return {glyph: text} of a ToUnicode map."""
    made = {}
    for glyph, text in re.findall(rb"(?m)^<([0-9A-F]{4})> <([0-9A-F]+)>\s*$", stream(body)):
        made[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return made


def _unescaped(raw):
    def one(found):
        return bytes([int(found[1], 8)]) if found[1].isdigit() else PLAIN.get(found[1], found[1])

    return ESCAPED.sub(one, raw)


def text(content):
    """Return the text of all pages, one run of glyphs a line, in drawing order."""
    held = objects(content)
    lines = []
    for body in held.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        resources = held[int(re.search(rb"/Resources (\d+) 0 R", body)[1])]
        fonts = {
            name: letters(held[int(re.search(rb"/ToUnicode (\d+) 0 R", held[int(number)])[1])])
            for name, number in re.findall(rb"/(\w+) (\d+) 0 R", re.search(rb"/Font<<(.*?)>>", resources)[1])
        }
        font, run = {}, ""
        for name, literal, hexed, end in SHOWN.findall(stream(held[int(re.search(rb"/Contents (\d+) 0 R", body)[1])])):
            if name:
                font = fonts[name]
            elif end:
                lines.append(run)
                run = ""
            else:
                glyphs = bytes.fromhex(hexed.decode()) if hexed else _unescaped(literal)
                run += "".join(font.get(int.from_bytes(glyphs[i : i + 2]), "") for i in range(0, len(glyphs), 2))
    return "\n".join(lines)


def fonts(content):
    """Return {name of each font: whether its outlines are embedded}."""
    held = objects(content)
    return {
        re.search(rb"/FontName/([^/\s]+)", body)[1].decode(): b"/FontFile" in body
        for body in held.values()
        if b"/Type/FontDescriptor" in body
    }
