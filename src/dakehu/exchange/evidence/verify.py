"""Verify an evidence pack of dakehu using only Python's standard library (3.8 or later).

    python3 -I verify.py                 the folder containing this file
    python3 -I verify.py PACK.zip        a pack as delivered
    python3 -I verify.py PACK.zip --seal SEAL.json --key FINGERPRINT

Compare with an independent source: a seal that the desk sent out (--seal), or the fingerprint of its key (--key).
Without either, a pack forged as a whole with another key would be consistent with itself.

核验证据包，只需 Python 标准库。请用另存的封存文件（--seal）或密钥指纹（--key）核对，否则整包伪造看不出来。

Exit status: 0 all checks pass, 1 a check fails, 2 invalid command line.
"""

import argparse
import difflib
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from dakehu.exchange.evidence.container import read_folder, read_zip
from dakehu.exchange.evidence.ed25519 import is_signed

MANIFEST, SIGNATURE, ENTRIES, SEALS = "manifest.json", "signature.json", "audit/entries.jsonl", "audit/seals.jsonl"
COLUMNS = ("id", "at", "actor", "actor_name", "door", "action", "reason", "request", "client", "body_digest")
STAMPS = "audit/timestamps/"
CONTENT = ("number", "at", "first", "id", "entries", "root", "seal", "previous")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(fields):
    return sha256(b"\0" + canonical(fields))


def row_digests(content):
    """Return the digest of each line of a file."""
    return [sha256(line)[:32] for line in content.split(b"\n")[:-1]]


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
    """Yield faults of names, contents and rows. `stated` is the manifest's list: {name: {sha256, size, rows}}."""
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
            yield from _report_changed_file(name, files[name], said)


def _report_changed_file(name, content, said):
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
    """Yield the changes to the rows of a file, by row number from 1."""
    if stated != found and Counter(stated) == Counter(found):
        moved = [at for at, pair in enumerate(zip(stated, found), 1) if pair[0] != pair[1]]
        yield (
            f"行的顺序被改动：第 {_join_numbers(moved)} 行",
            f"rows were put into another order: {_join_numbers(moved)}",
        )
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


def _join_numbers(numbers):
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def read_rows(files, name):
    """Return the rows of a file that are dictionaries, [] where it cannot be read (already reported by its digest)."""
    try:
        rows = [json.loads(line) for line in files[name].decode().split("\n")[:-1]]
    except (KeyError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)]


def read_stated(manifest):
    """Return the files listed in a manifest: {name: {sha256, size, rows}}. Raises KeyError, TypeError, ValueError."""
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


def check_entries(entries, seals, public):
    """Yield faults of audit entries: each must resolve to the root of its seal, and they must be in order."""
    by_number, last = {str(seal.get("number")): seal for seal in seals}, 0
    for entry in entries:
        place, seal = f"{ENTRIES} {entry.get('id')}", by_number.get(str(entry.get("under")))
        if "body" in entry and sha256(f"{entry.get('salt')}\n{entry['body']}".encode()) != entry.get("body_digest"):
            yield place, "内容与摘要不符", "its body does not fit its digest"
        found = leaf([entry.get(name) for name in COLUMNS])
        if is_erased(entry):
            if not is_signed(public, erasure_content(entry), str(entry.get("erasure"))):
                yield place, "依法抹除的标记不是本系统所签", "the mark of its erasure is not signed by the desk"
            found = str(entry.get("leaf"))
        if found != entry.get("leaf") or seal is None or merkle_root(found, entry.get("path", [])) != seal.get("root"):
            yield place, "不在它的封存之下", "does not stand under its seal"
        elif (
            not number(seal.get("first")) <= number(entry.get("id")) <= number(seal.get("id"))
            or number(entry["id"]) <= last
        ):
            yield place, "顺序不对", "stands in the wrong order"
        last = number(entry.get("id")) or last


def is_erased(entry):
    """Return whether a row states that parts of its audit entry were legally erased."""
    return "erased" in entry or "erasure" in entry


def erasure_content(entry):
    """Return the signed content of an erased entry: sealed leaf, remaining content, number of removed changes."""
    return canonical(["erased", entry.get("leaf"), [entry.get(name) for name in COLUMNS], entry.get("erased")])


def check_stated(about, entries, seals):
    """Yield faults of the manifest's facts about audit entries compared with those in the pack."""
    stated = about.get("audit") if isinstance(about, dict) else None
    if stated is not None and stated != audit_facts(entries, seals):
        yield MANIFEST, "所述日志条数与包内不符", "counts other audit entries than the pack holds"


def audit_facts(entries, seals):
    """Return the facts about audit entries: count, first and last, erased ones, and the total under the seals."""
    return {
        "entries": len(entries),
        "first": entries[0].get("id") if entries else None,
        "last": entries[-1].get("id") if entries else None,
        "erased": sum(map(is_erased, entries)),
        "under_seals": sum(number(seal.get("entries")) for seal in seals),
    }


def check_stamps(files, seals):
    """Yield faults of time stamps: each must contain the digest of the seal whose number is in its name."""
    by_name = {stamp_name(seal.get("number")): str(seal.get("digest")) for seal in seals}
    for name in sorted(name for name in files if name.startswith(STAMPS)):
        if moment_of(files[name], by_name.get(name, "")) is None:
            yield name, "不是这条封存的时间戳", "is no time stamp of the seal"


def stamp_name(number):
    return f"{STAMPS}dakehu-seal-{number:08}.tsr" if isinstance(number, int) else ""


def moment_of(answer, digest):
    """Return the moment that a time stamp (RFC 3161) states for a digest, None if it does not contain the digest.

    Only this is checked here. The authority's signature: openssl ts -verify -digest DIGEST -in FILE -CAfile AUTHORITY
    """
    is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    at = answer.find(b"\x04\x20" + bytes.fromhex(digest)) if is_digest else -1
    moment = answer.find(b"\x18\x0f", at) if at >= 0 else -1
    text = answer[moment + 2 : moment + 17].decode("ascii", "replace")
    return text if moment >= 0 and text[:14].isdigit() else None


def number(value):
    """Return a value that is a whole number, 0 for any other."""
    return value if isinstance(value, int) else 0


def merkle_root(digest, path):
    """Return the Merkle root computed from a leaf and its path; "" for an invalid path."""
    try:
        for step in path:
            pair = step[1:] + digest if step[0] == "L" else digest + step[1:]
            digest = sha256(b"\1" + bytes.fromhex(pair))
    except (ValueError, TypeError, IndexError):
        return ""
    return digest


def check_outside(seals, kept, public):
    """Yield faults against seals stored outside the desk."""
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
    about = manifest.get("about", {}) if isinstance(manifest, dict) else {}
    faults += [*check_seals(seals), *check_entries(entries, seals, public), *check_stated(about, entries, seals)]
    faults += [*check_stamps(files, seals), *check_outside(seals, kept, public)]
    return {
        "files": len(files),
        **audit_facts(entries, seals),
        "stamps": [
            moment_of(files[name], str(seal.get("digest")))
            for seal in seals
            for name in [stamp_name(seal.get("number"))]
            if name in files
        ],
        "seals": len(seals),
        "key": fingerprint(public),
        "manifest": sha256(files.get(MANIFEST, b"")),
        "about": about,
        "compared": bool(kept or key),
    }, faults


def read_outside_seals(paths):
    """Return the seals in files stored outside the desk. Raises OSError or ValueError for invalid files."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    seals = [json.loads(line) for line in lines]
    if not all(isinstance(seal, dict) for seal in seals):
        raise ValueError("no seal")
    return seals


def main(words=None):
    """Verify the pack given on the command line; return the exit status."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    line.add_argument("--seal", action="append", default=[], metavar="FILE")
    line.add_argument("--key", default="", metavar="FINGERPRINT")
    line.add_argument("--json", action="store_true")
    given = line.parse_args(words)
    try:
        kept = read_outside_seals(given.seal)
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
    if facts["erased"]:
        print("其中 {erased} 条的部分内容已依法抹除 · {erased} of them erased in part by law".format(**facts))
    for moment in facts["stamps"]:
        print(f"时间戳 · time stamp: {moment}")
    print(f"密钥指纹 · fingerprint of the key: {facts['key']}\n清单摘要 · digest of the manifest: {facts['manifest']}")
    if not facts["compared"]:
        print("未与外部封存或指纹核对 · not compared with a seal (--seal) or fingerprint (--key) from elsewhere")
    print("不可信 · does not hold" if faults else "完好 · everything holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
