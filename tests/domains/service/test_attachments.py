"""Files stored with a client: accepted kinds, who opens them, and how they are removed and restored."""

import base64
import hashlib
import io
import json
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from dakehu.domains.service.file_types import DIRECTORY, HEAD, detect_types
from dakehu.domains.service.models import Attachment
from dakehu.foundation.access import keys
from dakehu.foundation.access.encrypted_fields import encrypt_bytes
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PAPER = b"%PDF-1.7\nsigned risk test\n%%EOF"


def archive(*names: str, **report: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name in names:
            made.writestr(name, report.get("body", b""))
    return body.getvalue()


@pytest.fixture
def paper(lin, zhang):
    with acting(lin):
        return perform(
            "service.add_attachment",
            {"client": "C0001", "file": Upload("C:\\资料\\风险测评.pdf", PAPER), "description": "签字页"},
        )


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (PAPER, ("pdf",)),
        (b"\x89PNG\r\n\x1a\n....", ("png",)),
        (b"\xff\xd8\xff\xe0", ("jpg", "jpeg")),
        (b"RIFF....WAVEfmt ", ("wav",)),
        (b"\x00\x00\x00\x18ftypM4A ", ("m4a", "mp4")),
        ("客户,电话\n".encode("gb18030"), ("txt", "csv", "eml")),
        (archive("[Content_Types].xml", "word/document.xml"), ("docx",)),
        (archive("[Content_Types].xml", "xl/workbook.xml"), ("xlsx",)),
        (archive("mimetype", body=b"application/vnd.oasis.opendocument.text"), ("odt",)),
        (archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), ()),
        (archive("a.txt"), ()),
        (b"MZ\x90\x00\x00", ()),
        (b"<html><script>", ()),
        (b"  <svg onload=x>", ()),
        (b"#!/bin/sh\n", ()),
        (b"PK\x03\x04damaged", ()),
        (b"\x00\x01\x02\x03", ()),
    ],
)
def test_a_file_is_what_stands_in_it(content, kinds):
    assert detect_types(io.BytesIO(content)) == kinds


def test_a_long_text_is_judged_by_its_head_even_where_that_ends_within_a_character():
    long = "客户电话\n".encode("gb18030") * 40_000
    for before in (b"", b"a"):
        assert detect_types(io.BytesIO(before + long)) == ("txt", "csv", "eml")
    assert detect_types(io.BytesIO(b"\x80" * (HEAD + 9))) == ()


def test_of_an_archive_no_more_is_read_than_the_names_of_an_office_document_take():
    class Watched(io.BytesIO):
        largest = 0

        def read(self, count=-1, /):
            part = super().read(count)
            self.largest = max(self.largest, len(part))
            return part

    listed = (4 * DIRECTORY).to_bytes(4, "little")
    swollen = (
        b"PK\x03\x04" + bytes(4 * DIRECTORY) + b"PK\x05\x06" + bytes(4) + b"\xff\x7f" * 2 + listed + b"\x04\0\0\0\0\0"
    )
    content = Watched(swollen)
    assert detect_types(content) == () and content.largest <= DIRECTORY + 1


def test_a_large_file_is_kept_opened_and_verified_in_the_memory_of_a_few_slices(lin, paper, tmp_path):
    recording = tmp_path / "会议录像.mp4"
    with recording.open("wb") as stream:
        stream.write(b"\x00\x00\x00\x18ftypmp42")
        stream.truncate(40 << 20)
    tracemalloc.start()
    try:
        with acting(lin):
            row = perform("service.add_attachment", {"client": "C0001", "file": Upload(recording.name, recording)})
            report = perform("service.open_attachment", {"attachment": row.pk})
            seen = hashlib.sha256()
            for part in report["content"]:
                seen.update(part)
            with pytest.raises(Refused, match="已有同样的文件"):
                perform("service.add_attachment", {"client": "C0001", "file": Upload(recording.name, recording)})
        with as_system():
            assert ask("service.verify_attachments", {}) == {"checked": 2, "faults": []}
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 8 << 20
    assert row.size == 40 << 20 and row.sha256 == seen.hexdigest() == hashlib.sha256(recording.read_bytes()).hexdigest()


def test_a_file_kept_before_files_were_sealed_in_slices_opens_and_is_verified(lin, paper):
    keys.write_private(files._path(paper.file_key), encrypt_bytes(f"file.{paper.file_key}", PAPER))
    with acting(lin):
        assert perform("service.open_attachment", {"attachment": paper.pk})["content"].whole() == PAPER
    with as_system():
        assert ask("service.verify_attachments", {}) == {"checked": 1, "faults": []}


def test_a_file_lies_encrypted_outside_the_database_and_opening_it_is_on_the_record(lin, paper, settings):
    assert (paper.name, paper.media, paper.size) == ("风险测评.pdf", "application/pdf", len(PAPER))
    kept = Path(settings.DAKEHU_HOME) / "files" / paper.file_key[:2] / paper.file_key
    assert PAPER not in kept.read_bytes() and kept.stat().st_mode & 0o077 == 0
    with acting(lin):
        opened = perform("service.open_attachment", {"attachment": paper.pk})
        assert opened["content"].whole() == PAPER and opened["sha256"] == hashlib.sha256(PAPER).hexdigest()
        assert ask("service.timeline", {"client": "C0001"})[0]["name"] == "风险测评.pdf"
    with as_system():
        assert AuditEntry.objects.get(action="service.open_attachment").actor_name == lin.name


def test_nobody_else_finds_or_opens_it(lin, wang, an, paper):
    with acting(wang), pytest.raises(NotFound):
        perform("service.open_attachment", {"attachment": paper.pk})
    with acting(wang):
        assert ask("clients.search", {"text": "签字页"})["count"] == 0
    with acting(an), pytest.raises(NotAllowed):
        perform("service.open_attachment", {"attachment": paper.pk})
    with acting(lin):
        assert ask("clients.search", {"text": "签字页"})["rows"][0]["code"] == "C0001"
        assert ask("clients.search", {"text": "风险测评"})["count"] == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.pdf", b"", "空的"),
        ("工具.exe", b"MZ\x90\x00\x00\x00", "可以保存"),
        ("照片.png", PAPER, "不符"),
        ("无后缀", PAPER, "不符"),
        ("网页.txt", b"<html><script>alert(1)</script>", "可以保存"),
    ],
)
def test_what_is_not_kept_is_refused_by_name_with_a_remedy(lin, zhang, name, content, said):
    with acting(lin), pytest.raises(Refused, match=said) as refusal:
        perform("service.add_attachment", {"client": "C0001", "file": Upload(name, content)})
    assert name in str(refusal.value)
    with as_system():
        assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_or_there_already_is_refused(lin, paper, settings):
    with acting(lin):
        with pytest.raises(Refused, match="已有同样的文件"):
            perform("service.add_attachment", {"client": "C0001", "file": Upload("再来.pdf", PAPER)})
        settings.ATTACHMENT_MB = 0
        with pytest.raises(Refused, match="最多 0 MB"):
            perform("service.add_attachment", {"client": "C0001", "file": Upload("大.pdf", PAPER + b"1")})


def test_a_file_goes_with_a_record_of_the_same_client_only(lin, zhang):
    with acting(lin):
        perform("clients.create", {"name": "钱四", "code": "C0004"})
        held = perform("service.log_interaction", {"client": "C0001", "held_at": "2026-01-05 10:00", "summary": "面谈"})
        row = perform(
            "service.add_attachment",
            {"client": "C0001", "file": Upload("录音.mp3", b"ID3\x04"), "interaction": held.pk},
        )
        assert row.interaction_id == held.pk
        with pytest.raises(Refused, match="另一位客户"):
            perform(
                "service.add_attachment",
                {"client": "C0004", "file": Upload("a.mp3", b"ID3\x05"), "interaction": held.pk},
            )


def test_a_file_is_renamed_taken_away_and_returned(lin, paper):
    with acting(lin):
        row = perform("service.describe_attachment", {"attachment": paper.pk, "name": "测评 2026.pdf"})
        assert (row.name, row.description) == ("测评 2026.pdf", "签字页")
        with pytest.raises(Refused, match="后缀"):
            perform("service.describe_attachment", {"attachment": paper.pk, "name": "测评.html"})
        perform("service.remove_attachment", {"attachment": paper.pk})
        assert not ask("service.client_attachments", {"client": "C0001"})["rows"]
        assert ask("service.client_attachments", {"client": "C0001", "removed": True})["count"] == 1
        perform("service.restore_attachment", {"attachment": paper.pk})
        assert ask("service.client_attachments", {"client": "C0001"})["count"] == 1


def test_merging_takes_files_along_and_un_merging_brings_them_back(zhou, lin, paper):
    with acting(lin):
        perform("clients.create", {"name": "张三丰", "code": "C0009", "anyway": True})
    with acting(zhou):
        report = perform("clients.merge", {"client": "C0009", "other": "C0001"})
        assert ask("service.client_attachments", {"client": "C0009"})["count"] == 1
        perform("workbook.undo", {"batch": report["batch"]})
        assert ask("service.client_attachments", {"client": "C0009"})["count"] == 0
        assert ask("service.client_attachments", {"client": "C0001"})["count"] == 1


def test_the_command_line_adds_opens_and_verifies(lin, zhang, tmp_path, capsys):
    file = tmp_path / "合同.pdf"
    file.write_bytes(PAPER)
    assert main(["do", "service.add_attachment", "client=C0001", f"file@{file}", "--json", "--as", "lin"]) == 0
    number = json.loads(capsys.readouterr().out)["id"]
    assert main(["do", "service.open_attachment", f"attachment={number}", "--json", "--as", "lin"]) == 0
    assert base64.b64decode(json.loads(capsys.readouterr().out)["content"]) == PAPER
    assert main(["do", "service.add_attachment", "client=C0001", "file@nowhere.pdf", "--json", "--as", "lin"]) != 0
    assert "nowhere.pdf" in capsys.readouterr().err
    assert main(["verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == {"checked": 1, "faults": []}
    with as_system():
        row = Attachment.objects.get()
    files._path(row.file_key).write_bytes(b"changed by hand")
    assert main(["verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["files"]["faults"][0]["attachment"] == row.pk
    files._path(row.file_key).unlink()
    assert main(["verify", "--json"]) == 1
