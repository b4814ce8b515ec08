"""The container of an evidence pack: how it is written, and how one from elsewhere is read.

It is an ordinary ZIP in which every byte is determined, so that a changed byte is detected. Python's standard library
(3.8 or later).
"""

import binascii
import struct
import zipfile

LOCAL, CENTRAL, END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")


def local_header(name, size, crc):
    """Return the header of a file in a pack: all its bytes are determined, so that a changed byte is detected."""
    text = name.encode()
    return LOCAL.pack(b"PK\3\4", 20, 0x800, 0, 0, 33, crc, size, size, len(text), 0) + text


def directory(files):
    """Return the central directory of a pack: `files` is [(name, size, crc, offset)]."""
    lines, start = b"", 0
    for name, size, crc, at in files:
        text = name.encode()
        fixed = (b"PK\1\2", 798, 20, 0x800, 0, 0, 33, crc, size, size, len(text))
        lines += CENTRAL.pack(*fixed, 0, 0, 0, 0, 0o644 << 16, at) + text
        start = at + LOCAL.size + len(text) + size
    return lines + END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(lines), start, 0)


def read_folder(folder):
    """Return ({name: content}, faults) of an unpacked pack."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}, []


def read_zip(path):
    """Return ({name: content}, faults) of a pack; any deviation from the written form is a fault of the container."""
    whole, files, seen, at = path.read_bytes(), {}, [], 0
    faults = []
    while whole[at : at + 4] == b"PK\3\4" and at + LOCAL.size <= len(whole):
        head = LOCAL.unpack_from(whole, at)
        start = at + LOCAL.size + head[9]
        name = whole[at + LOCAL.size : start].decode("utf-8", "replace")
        content = whole[start : start + head[8]]
        if head[10] or head[2] & 8 or start + head[8] > len(whole):
            break  # written by another program, or truncated
        if name in files:
            faults.append((name, "压缩包中有两份", "stands twice in the pack"))
        files[name] = content
        seen.append((name, len(content), binascii.crc32(content), at))
        at = start + head[8]
    built = b"".join(local_header(name, size, crc) + files[name] for name, size, crc, _ in seen) + directory(seen)
    if not faults and built == whole:
        return files, faults
    place = next((at for at, pair in enumerate(zip(built, whole)) if pair[0] != pair[1]), min(len(built), len(whole)))
    faults.append(
        (path.name, f"压缩包自第 {place} 字节起不是原样", f"the container is not as it was from byte {place}")
    )
    return _read_damaged(path, files, faults)


def _read_damaged(path, files, faults):
    """Read what can be read of an altered container, so that its files can be named."""
    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                try:
                    files[name] = packed.read(name)
                except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, binascii.Error):
                    files.setdefault(name, b"")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, struct.error):
        faults.append((path.name, "压缩包被截断或损坏", "the container is cut or damaged"))
    return files, faults
