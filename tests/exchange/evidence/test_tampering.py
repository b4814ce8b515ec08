"""Anything changed, removed, added or moved in an evidence pack is found and named by the verifier in it.

The pack is written once from generated rows by the same writer as every pack; no row of the database is needed.
"""

import io
import json
import struct
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dakehu.exchange.evidence import container, verify
from dakehu.exchange.evidence.packing import PackWriter, verifier
from dakehu.foundation.audit import merkle, signature
from tests.cast import needs_keys

pytestmark = needs_keys

TALKS = "data/service.Interaction.jsonl"
NAMES = ("id", "at", "actor", "actor_name", "door", "action", "reason", "request", "client")


def entry(number):
    body, salt = json.dumps({"changes": [number]}), f"salt{number}"
    row = dict(zip(NAMES, (number, f"2026-01-{number:02}", 7, "林晓", "web", "service.log", "", "r", 1), strict=True))
    row |= {"body_digest": merkle.body_digest(salt, body), "body": body, "salt": salt}
    return row | {"leaf": merkle.leaf([row[name] for name in verify.COLUMNS])}


def sealed(entries, number, previous):
    leaves = [row["leaf"] for row in entries]
    for at, row in enumerate(entries):
        row |= {"under": number, "path": merkle.path(leaves, at)}
    seal = dict(
        zip(
            verify.CONTENT,
            (
                number,
                "2026-02-01",
                entries[0]["id"],
                entries[-1]["id"],
                len(entries),
                merkle.root(leaves),
                "ab",
                previous,
            ),
            strict=True,
        )
    )
    seal["digest"] = merkle.leaf([seal[name] for name in verify.CONTENT])
    return seal | {"public_key": signature.public_key(), "signature": signature.sign(seal["digest"].encode())}


@pytest.fixture(scope="module")
def parts():
    """Return the content of the pack: {file: rows}."""
    entries = [entry(number) for number in range(1, 13)]
    first = sealed(entries[:7], 1, "0" * 64)
    second = sealed(entries[7:], 2, first["digest"])
    return {
        TALKS: [{"id": number, "summary": f"第 {number} 次沟通"} for number in range(1, 9)],
        "data/clients.Client.jsonl": [{"id": 1, "name": "张三"}],
        "audit/entries.jsonl": entries,
        "audit/seals.jsonl": [first, second],
    }


def written(parts, files=(("files/1-签收.txt", b"signed"), ("evidence.pdf", b"%PDF-1.7 page"))):
    stream = io.BytesIO()
    writer = PackWriter(stream)
    writer.add("verify.py", [verifier()])
    for name, content in files:
        writer.add(name, [content])
    for name, rows in parts.items():
        writer.add_rows(name, rows)
    writer.close({"client": {"code": "C0001"}})
    return stream.getvalue()


@pytest.fixture(scope="module")
def pack(parts):
    return written(parts)


def contents(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rebuilt(files):
    """Return a container in the format of a pack from these files: an attacker can write that format too."""
    made, listed = b"", []
    for name, content in files.items():
        crc = container.binascii.crc32(content)
        listed.append((name, len(content), crc, len(made)))
        made += container.local_header(name, len(content), crc) + content
    return made + container.directory(listed)


def places(tmp_path, content, **outside):
    """Return the places that the verifier names, with its messages."""
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    return [(place, en) for place, _, en in verify.verify(path, **outside)[1]]


def lines(files, name, change):
    rows = files[name].split(b"\n")[:-1]
    return {**files, name: b"".join(row + b"\n" for row in change(rows))}


def without(files, name):
    return {other: content for other, content in files.items() if other != name}


def changed_manifest(files, change):
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    return {**files, "manifest.json": merkle.canonical(manifest) + b"\n"}


TAMPERINGS = {
    "a letter of a row": (
        lambda f: lines(f, TALKS, lambda r: [*r[:2], r[2].replace(b"3", b"9"), *r[3:]]),
        TALKS,
        "row 3 was changed",
    ),
    "a row removed": (lambda f: lines(f, TALKS, lambda r: [*r[:4], *r[5:]]), TALKS, "row 5 was removed"),
    "the last row removed": (lambda f: lines(f, TALKS, lambda r: r[:-1]), TALKS, "row 8 was removed"),
    "a row added": (
        lambda f: lines(f, TALKS, lambda r: [*r[:2], b'{"id":99}', *r[2:]]),
        TALKS,
        "1 rows were added after row 2",
    ),
    "a row twice": (lambda f: lines(f, TALKS, lambda r: [*r, r[-1]]), TALKS, "1 rows were added after row 8"),
    "two rows swapped": (
        lambda f: lines(f, TALKS, lambda r: [r[1], r[0], *r[2:]]),
        TALKS,
        "put into another order: 1, 2",
    ),
    "a byte at the end of a row file": (lambda f: {**f, TALKS: f[TALKS] + b" "}, TALKS, "was changed"),
    "a line end removed": (lambda f: {**f, TALKS: f[TALKS][:-1]}, TALKS, "row 8 was removed"),
    "a byte of the PDF": (lambda f: {**f, "evidence.pdf": b"%PDF-1.7 pagf"}, "evidence.pdf", "was changed"),
    "a byte added to a file": (lambda f: {**f, "files/1-签收.txt": b"signed!"}, "files/1-签收.txt", "(6 bytes, now 7)"),
    "a file emptied": (lambda f: {**f, "files/1-签收.txt": b""}, "files/1-签收.txt", "now 0"),
    "a file removed": (lambda f: without(f, "files/1-签收.txt"), "files/1-签收.txt", "is missing"),
    "a table removed": (lambda f: without(f, TALKS), TALKS, "is missing"),
    "a file added": (lambda f: {**f, "files/2-x.txt": b"x"}, "files/2-x.txt", "was added"),
    "a file renamed": (
        lambda f: {("files/9.txt" if name.startswith("files/") else name): held for name, held in f.items()},
        "files/1-签收.txt",
        "renamed to files/9.txt",
    ),
    "two files exchanged": (
        lambda f: {**f, "evidence.pdf": f["files/1-签收.txt"], "files/1-签收.txt": f["evidence.pdf"]},
        "evidence.pdf",
        "was changed",
    ),
    "the verifier": (lambda f: {**f, "verify.py": f["verify.py"] + b"\n"}, "verify.py", "was changed"),
    "the manifest": (
        lambda f: changed_manifest(f, lambda m: m["about"]["client"].update(code="C0002")),
        "manifest.json",
        "signature does not fit",
    ),
    "the manifest without a file": (
        lambda f: without(changed_manifest(f, lambda m: m["files"].pop(1)), "files/1-签收.txt"),
        "manifest.json",
        "signature does not fit",
    ),
    "the manifest with a byte more": (
        lambda f: {**f, "manifest.json": f["manifest.json"] + b" "},
        "manifest.json",
        "signature does not fit",
    ),
    "the manifest removed": (lambda f: without(f, "manifest.json"), "manifest.json", "is missing"),
    "the manifest no JSON": (lambda f: {**f, "manifest.json": b"{"}, "manifest.json", "cannot be read"),
    "the signature removed": (lambda f: without(f, "signature.json"), "signature.json", "is missing"),
    "the signature with a space": (
        lambda f: {**f, "signature.json": f["signature.json"] + b" "},
        "signature.json",
        "was changed",
    ),
    "the signature of something else": (
        lambda f: {**f, "signature.json": f["signature.json"].replace(b'"signature":"', b'"signature":"00')},
        "manifest.json",
        "signature does not fit",
    ),
    "a seal changed": (
        lambda f: {**f, "audit/seals.jsonl": f["audit/seals.jsonl"].replace(b'"entries":5', b'"entries":6')},
        "audit/seals.jsonl 2",
        "the seal was changed",
    ),
    "seals swapped": (
        lambda f: lines(f, "audit/seals.jsonl", lambda r: r[::-1]),
        "audit/seals.jsonl 1",
        "does not follow",
    ),
    "a seal removed": (
        lambda f: lines(f, "audit/seals.jsonl", lambda r: r[1:]),
        "audit/entries.jsonl 1",
        "under its seal",
    ),
    "an audit entry changed": (
        lambda f: {**f, "audit/entries.jsonl": f["audit/entries.jsonl"].replace(b"2026-01-05", b"2026-01-06")},
        "audit/entries.jsonl 5",
        "does not stand under its seal",
    ),
    "the body of an audit entry changed": (
        lambda f: {**f, "audit/entries.jsonl": f["audit/entries.jsonl"].replace(b"[4]", b"[5]")},
        "audit/entries.jsonl 4",
        "does not fit its digest",
    ),
    "audit entries swapped": (
        lambda f: lines(f, "audit/entries.jsonl", lambda r: [r[1], r[0], *r[2:]]),
        "audit/entries.jsonl 1",
        "wrong order",
    ),
    "an audit entry removed": (
        lambda f: lines(f, "audit/entries.jsonl", lambda r: [*r[:3], *r[4:]]),
        "audit/entries.jsonl",
        "row 4 was removed",
    ),
    "an audit entry that claims another seal": (
        lambda f: {**f, "audit/entries.jsonl": f["audit/entries.jsonl"].replace(b'"under":2', b'"under":1')},
        "audit/entries.jsonl 8",
        "does not stand under its seal",
    ),
}


def test_an_untouched_pack_holds_as_a_file_and_as_a_folder(pack, tmp_path):
    assert rebuilt(contents(pack)) == pack
    assert places(tmp_path, pack) == []
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        archive.extractall(tmp_path / "open")
    assert verify.verify(tmp_path / "open")[1] == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_found_and_named(pack, tmp_path, name):
    change, place, words = TAMPERINGS[name]
    changed = change(contents(pack))
    named = places(tmp_path, rebuilt(changed))
    assert any(where == place and words in said for where, said in named), named
    folder = tmp_path / "open"
    for other, content in changed.items():
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / other).write_bytes(content)
    assert any(where == place and words in en for where, _, en in verify.verify(folder)[1])


def reordered(content):
    files = contents(content)
    return rebuilt(dict(sorted(files.items())))


def appended(content):
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("files/later.txt", "x")
    return stream.getvalue()


def twice(content):
    at = content.index(b"PK\3\4", 4)
    return content[:at] * 2 + content[at:]


CONTAINERS = {
    "cut in half": (lambda c: c[: len(c) // 2], "cut or damaged"),
    "the last byte cut": (lambda c: c[:-1], "from byte"),
    "a byte at the end": (lambda c: c + b"\0", "from byte"),
    "a byte before it": (lambda c: b"\0" + c, "from byte 0"),
    "a comment": (lambda c: c[:-2] + struct.pack("<H", 3) + b"abc", "from byte"),
    "another time of a file": (lambda c: c[:10] + b"\1" + c[11:], "from byte 10"),
    "other attributes": (
        lambda c: c.replace(struct.pack("<L", 0o644 << 16), struct.pack("<L", 0o755 << 16), 1),
        "from byte",
    ),
    "the check sum of a file": (lambda c: c[:14] + bytes([c[14] ^ 1]) + c[15:], "from byte 14"),
    "a file appended by another program": (appended, "a file that was added"),
    "a file twice": (twice, "stands twice"),
    "no pack at all": (lambda c: b"hello", "cut or damaged"),
    "nothing": (lambda c: b"", "cut or damaged"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_that_is_not_as_it_was_made_is_found(pack, tmp_path, name):
    change, words = CONTAINERS[name]
    named = places(tmp_path, change(pack))
    assert any(words in said for _, said in named), named


@pytest.mark.parametrize("tables, step", [((TALKS,), 1), (("audit/entries.jsonl", "audit/seals.jsonl"), 5)])
def test_every_single_byte_of_a_pack_counts(parts, tmp_path, monkeypatch, tables, step):
    """Change each byte in turn, in the audit every fifth; the verifier itself, which is long, is omitted."""
    small = {name: rows[:2] for name, rows in parts.items() if name in tables}
    stream = io.BytesIO()
    writer = PackWriter(stream)
    for name, rows in small.items():
        writer.add_rows(name, rows)
    writer.close({})
    whole = stream.getvalue()
    path = tmp_path / "pack.zip"
    files = contents(whole)
    held = json.loads(files["signature.json"])
    genuine = (held["public_key"], files["manifest.json"], held["signature"])
    # The signature is tested separately below; here it would take a minute.
    monkeypatch.setattr(verify, "is_signed", lambda *given: given == genuine)
    for at in range(0, len(whole), step):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        assert verify.verify(path)[1], at


def test_a_pack_forged_as_a_whole_is_found_by_what_was_kept_outside(pack, parts, tmp_path, monkeypatch):
    stranger = Ed25519PrivateKey.generate()
    monkeypatch.setattr(signature, "_private_key", lambda: stranger)
    rows = {name: [dict(row) for row in held] for name, held in parts.items()}
    rows["audit/entries.jsonl"] = [entry(number) for number in range(1, 12)]
    rows["audit/seals.jsonl"] = [sealed(rows["audit/entries.jsonl"], 1, "0" * 64)]
    forged = written(rows)
    assert places(tmp_path, forged) == []  # it is consistent in itself
    kept = parts["audit/seals.jsonl"]
    assert places(tmp_path, forged, kept=kept[:1]) == [("--seal 1", "is signed with another key")]
    own = verify.fingerprint(json.loads(contents(pack)["signature.json"])["public_key"])
    assert places(tmp_path, forged, key=own) == [("signature.json", "is not signed with the key that was named")]
    assert stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex() not in kept[0]["public_key"]


def test_seals_from_outside_are_compared_one_by_one(pack, parts, tmp_path):
    first, second = parts["audit/seals.jsonl"]
    assert places(tmp_path, pack, kept=[first, second]) == []
    later = sealed([entry(20)], 3, second["digest"])
    assert places(tmp_path, pack, kept=[later])[0][1].startswith("the pack does not hold this seal")
    other = sealed([entry(8)], 2, first["digest"])
    assert places(tmp_path, pack, kept=[other]) == [("--seal 2", "differs from the seal in the pack")]
    assert "was changed itself" in places(tmp_path, pack, kept=[{**second, "entries": 9}])[0][1]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 64, 100])
def test_every_leaf_of_a_tree_leads_to_its_root(count):
    leaves = [merkle.leaf([number]) for number in range(count)]
    for at in range(count):
        assert verify.merkle_root(leaves[at], merkle.path(leaves, at)) == merkle.root(leaves)
        assert verify.merkle_root(merkle.leaf(["x"]), merkle.path(leaves, at)) != merkle.root(leaves)


def test_the_signature_is_the_same_in_both_libraries():
    content = b"what was agreed"
    for _ in range(3):
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        assert verify.is_signed(public, content, key.sign(content).hex())
        assert not verify.is_signed(public, content + b"!", key.sign(content).hex())
        assert not verify.is_signed(signature.public_key(), content, key.sign(content).hex())
    assert not verify.is_signed("zz", content, "00")
