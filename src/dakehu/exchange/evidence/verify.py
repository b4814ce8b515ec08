"""Verify an evidence pack of dakehu with nothing but Python's standard library (3.8 or later).

    python3 -I verify.py                 the folder in which this file lies
    python3 -I verify.py PACK.zip        a pack as it was handed out
    python3 -I verify.py PACK.zip --seal SEAL.json --key FINGERPRINT

Compare with something from elsewhere: a seal that the desk sent out (--seal), or the fingerprint of its key (--key). Without
either, a pack that somebody forged as a whole, with a key of their own, would agree with itself.

核验证据包，只需 Python 标准库。请用另存的封存文件（--seal）或密钥指纹（--key）核对，否则整包伪造看不出来。

Exit status: 0 everything holds, 1 something does not, 2 the command was not understood.
"""

import argparse
import binascii
import difflib
import hashlib
import json
import struct
import sys
import zipfile
from collections import Counter
from pathlib import Path

MANIFEST, SIGNATURE, ENTRIES, SEALS = "manifest.json", "signature.json", "audit/entries.jsonl", "audit/seals.jsonl"
LOCAL, CENTRAL, END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
COLUMNS = ("id", "at", "actor", "actor_name", "door", "action", "reason", "request", "client", "body_digest")
CONTENT = ("number", "at", "first", "id", "entries", "root", "seal", "previous")


def local_header(name, size, crc):
    """Return the header of a file in a pack: nothing in it is left open, so that a changed byte is found."""
    text = name.encode()
    return LOCAL.pack(b"PK\3\4", 20, 0x800, 0, 0, 33, crc, size, size, len(text), 0) + text


def directory(files):
    """Return the end of a pack: `files` is [(name, size, crc, offset)]."""
    lines, start = b"", 0
    for name, size, crc, at in files:
        text = name.encode()
        fixed = (b"PK\1\2", 798, 20, 0x800, 0, 0, 33, crc, size, size, len(text))
        lines += CENTRAL.pack(*fixed, 0, 0, 0, 0, 0o644 << 16, at) + text
        start = at + LOCAL.size + len(text) + size
    return lines + END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(lines), start, 0)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(fields):
    return sha256(b"\0" + canonical(fields))


def row_digests(content):
    """Return the digest of each line of a file."""
    return [sha256(line)[:32] for line in content.split(b"\n")[:-1]]


# The signature: Ed25519, RFC 8032.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _point(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (not x and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def _add(one, two):
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, content, signature):
    """Return whether a signature (hex) under content is that of a public key (hex)."""
    try:
        key, signed = bytes.fromhex(public), bytes.fromhex(signature)
        scalar = int.from_bytes(signed[32:], "little")
        if len(key) != 32 or len(signed) != 64 or scalar >= ORDER:
            return False
        hashed = int.from_bytes(hashlib.sha512(signed[:32] + key + content).digest(), "little") % ORDER
        left, right = _times(scalar, BASE), _add(_point(signed[:32]), _times(hashed, _point(key)))
    except (ValueError, TypeError):
        return False
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def read_folder(folder):
    """Return ({name: content}, faults) of an unpacked pack."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}, []


def read_zip(path):
    """Return ({name: content}, faults) of a pack; whatever is not as a pack is written is a fault of the container."""
    whole, files, seen, at = path.read_bytes(), {}, [], 0
    faults = []
    while whole[at : at + 4] == b"PK\3\4" and at + LOCAL.size <= len(whole):
        head = LOCAL.unpack_from(whole, at)
        start = at + LOCAL.size + head[9]
        name = whole[at + LOCAL.size : start].decode("utf-8", "replace")
        content = whole[start : start + head[8]]
        if head[10] or head[2] & 8 or start + head[8] > len(whole):
            break  # written by another program, or cut
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
    """Read what can be read of a container that is not as it was made, so that its files can be named."""
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


def check_manifest(files, key):
    """Yield faults of manifest and signature."""
    try:
        signed = json.loads(files[SIGNATURE])
        public, signature = str(signed["public_key"]), str(signed["signature"])
    except (KeyError, ValueError, TypeError):
        yield SIGNATURE, "缺失或无法读取", "is missing or cannot be read"
        return
    if canonical(signed) + b"\n" != files[SIGNATURE]:
        yield SIGNATURE, "内容被改动", "was changed"
    if not is_signed(public, files.get(MANIFEST, b""), signature):
        yield MANIFEST, "内容被改动，签名不符", "was changed: the signature does not fit"
    if key and fingerprint(public) != key.lower():
        yield SIGNATURE, "不是这把密钥的签名", "is not signed with the key that was named"


def fingerprint(public):
    return sha256(bytes.fromhex(public))[:32] if set(public) <= set("0123456789abcdef") and len(public) == 64 else ""


def check_files(files, stated):
    """Yield faults of names, contents and rows. `stated` is what the manifest says: {name: {sha256, size, rows}}."""
    missing = {name for name in stated if name not in files}
    extra = {name for name in files if name not in stated and name not in (MANIFEST, SIGNATURE)}
    for name in sorted(missing):
        twin = next((other for other in sorted(extra) if sha256(files[other]) == stated[name]["sha256"]), None)
        if twin is not None:
            extra.discard(twin)
            yield name, f"被改名为 {twin}", f"was renamed to {twin}"
        else:
            yield name, "文件缺失", "the file is missing"
    for name in sorted(extra):
        yield name, "多出的文件", "a file that was added"
    for name, said in stated.items():
        if name in files and sha256(files[name]) != said["sha256"]:
            yield from _changed(name, files[name], said)


def _changed(name, content, said):
    found = list(_changed_rows(said["rows"], row_digests(content))) if said["rows"] is not None else []
    for zh, en in found:
        yield name, zh, en
    if not found:
        yield (
            name,
            f"内容被改动（原 {said['size']} 字节，现 {len(content)}）",
            f"was changed ({said['size']} bytes, now {len(content)})",
        )


def _changed_rows(stated, found):
    """Yield what became of the rows of a file, by their numbers from 1."""
    if stated != found and Counter(stated) == Counter(found):
        moved = [at for at, pair in enumerate(zip(stated, found), 1) if pair[0] != pair[1]]
        yield f"行的顺序被改动：第 {_listed(moved)} 行", f"rows were put into another order: {_listed(moved)}"
        return
    for kind, first, last, start, end in difflib.SequenceMatcher(None, stated, found, autojunk=False).get_opcodes():
        if kind == "replace" and last - first == end - start:
            yield f"第 {_range(first, last)} 行被改动", f"row {_range(first, last)} was changed"
        elif kind != "equal":
            if last > first:
                yield f"第 {_range(first, last)} 行被删除", f"row {_range(first, last)} was removed"
            if end > start:
                yield f"第 {first} 行之后多出 {end - start} 行", f"{end - start} rows were added after row {first}"


def _range(first, last):
    return str(first + 1) if last == first + 1 else f"{first + 1}–{last}"


def _listed(numbers):
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def read_rows(files, name):
    """Return the rows of a file that are dictionaries, [] where it cannot be read (its digest says so already)."""
    try:
        rows = [json.loads(line) for line in files[name].decode().split("\n")[:-1]]
    except (KeyError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)]


def read_stated(manifest):
    """Return what a manifest says of files: {name: {sha256, size, rows}}. Raises KeyError, TypeError or ValueError for none."""
    stated = {}
    for said in manifest["files"]:
        rows = said.get("rows")
        if (
            not isinstance(said["name"], str)
            or not isinstance(said["sha256"], str)
            or not isinstance(rows, (list, type(None)))
        ):
            raise ValueError("no description of a file")
        stated[said["name"]] = {"sha256": said["sha256"], "size": said["size"], "rows": rows and list(map(str, rows))}
    return stated


def check_seals(seals):
    """Yield faults of the seals: their content, their order, and the signature of the newest."""
    for before, seal in zip([None, *seals], seals):
        place = f"{SEALS} {seal.get('number')}"
        if leaf([seal.get(name) for name in CONTENT]) != seal.get("digest"):
            yield place, "封存的内容被改动", "the seal was changed"
        if before is not None and (
            seal.get("previous") != before.get("digest") or seal.get("number") != number(before.get("number")) + 1
        ):
            yield place, "与前一条封存不相接", "does not follow from the seal before"
    newest = (
        {name: str(seals[-1].get(name)) for name in ("number", "digest", "public_key", "signature")} if seals else None
    )
    if newest and not is_signed(newest["public_key"], newest["digest"].encode(), newest["signature"]):
        yield f"{SEALS} {newest['number']}", "签名不符", "its signature does not fit"


def check_entries(entries, seals):
    """Yield faults of audit entries: each must lead to the root of the seal over it, and they must be in order."""
    by_number, last = {str(seal.get("number")): seal for seal in seals}, 0
    for entry in entries:
        place, seal = f"{ENTRIES} {entry.get('id')}", by_number.get(str(entry.get("under")))
        if "body" in entry and sha256(f"{entry.get('salt')}\n{entry['body']}".encode()) != entry.get("body_digest"):
            yield place, "内容与摘要不符", "its body does not fit its digest"
        found = leaf([entry.get(name) for name in COLUMNS])
        if found != entry.get("leaf") or seal is None or climb(found, entry.get("path", [])) != seal.get("root"):
            yield place, "不在它的封存之下", "does not stand under its seal"
        elif (
            not number(seal.get("first")) <= number(entry.get("id")) <= number(seal.get("id"))
            or number(entry["id"]) <= last
        ):
            yield place, "顺序不对", "stands in the wrong order"
        last = number(entry.get("id")) or last


def number(value):
    """Return a value that is a whole number, 0 for any other."""
    return value if isinstance(value, int) else 0


def climb(digest, path):
    """Return the root to which a leaf leads; "" for a path that is none."""
    try:
        for step in path:
            pair = step[1:] + digest if step[0] == "L" else digest + step[1:]
            digest = sha256(b"\1" + bytes.fromhex(pair))
    except (ValueError, TypeError, IndexError):
        return ""
    return digest


def check_outside(seals, kept, public):
    """Yield faults against seals that were kept outside the desk."""
    by_number = {str(seal.get("number")): seal for seal in seals}
    for seal in kept:
        place = f"--seal {seal.get('number')}"
        own = by_number.get(str(seal.get("number")))
        if seal.get("public_key") != public:
            yield place, "由另一把密钥签名", "is signed with another key"
        elif leaf([seal.get(name) for name in CONTENT]) != seal.get("digest"):
            yield place, "封存文件本身被改动", "the seal that was given was changed itself"
        elif own is None:
            yield (
                place,
                "证据包中没有这一条封存，无法核对",
                "the pack does not hold this seal, so nothing can be compared",
            )
        elif own.get("digest") != seal.get("digest"):
            yield place, "与证据包中的封存不同", "differs from the seal in the pack"


def verify(path, kept=(), key=""):
    """Return (facts, faults) of a pack: faults are (place, Chinese, English)."""
    files, faults = read_folder(path) if path.is_dir() else read_zip(path)
    faults += check_manifest(files, key)
    public, stated, manifest = "", {}, {}
    try:
        public = str(json.loads(files[SIGNATURE])["public_key"])
        manifest = json.loads(files[MANIFEST])
        stated = read_stated(manifest)
    except (KeyError, ValueError, TypeError, AttributeError):
        faults.append((MANIFEST, "缺失或无法读取", "is missing or cannot be read"))
    faults += check_files(files, stated)
    seals, entries = read_rows(files, SEALS), read_rows(files, ENTRIES)
    faults += [*check_seals(seals), *check_entries(entries, seals), *check_outside(seals, kept, public)]
    return {
        "files": len(files),
        "entries": len(entries),
        "seals": len(seals),
        "key": fingerprint(public),
        "manifest": sha256(files.get(MANIFEST, b"")),
        "about": manifest.get("about", {}),
        "compared": bool(kept or key),
    }, faults


def read_kept(paths):
    """Return the seals in files that were kept outside. Raises OSError or ValueError for what is none."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    seals = [json.loads(line) for line in lines]
    if not all(isinstance(seal, dict) for seal in seals):
        raise ValueError("no seal")
    return seals


def main(words=None):
    """Verify the pack that the command line names; returns the exit status."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    line.add_argument("--seal", action="append", default=[], metavar="FILE")
    line.add_argument("--key", default="", metavar="FINGERPRINT")
    line.add_argument("--json", action="store_true")
    given = line.parse_args(words)
    try:
        kept = read_kept(given.seal)
        facts, faults = verify(given.pack, kept, given.key)
    except (OSError, ValueError) as fault:
        print(f"无法读取 · cannot be read: {fault}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps({**facts, "faults": [[place, en] for place, _, en in faults]}, ensure_ascii=False))
        return 1 if faults else 0
    for place, zh, en in faults:
        print(f"✗ {place}：{zh} · {en}")
    told = (
        "{files} 个文件、{entries} 条操作日志、{seals} 条封存 · {files} files, {entries} audit entries, {seals} seals"
    )
    print(told.format(**facts))
    print(f"密钥指纹 · fingerprint of the key: {facts['key']}\n清单摘要 · digest of the manifest: {facts['manifest']}")
    if not facts["compared"]:
        print("未与外部封存或指纹核对 · not compared with a seal (--seal) or fingerprint (--key) from elsewhere")
    print("不可信 · does not hold" if faults else "完好 · everything holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
