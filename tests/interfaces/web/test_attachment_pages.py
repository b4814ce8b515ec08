"""Files of a client in the browser and over the API."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from django.core.files.uploadedfile import SimpleUploadedFile

from dakehu.domains.service.models import Attachment
from dakehu.foundation.access import encrypted_files
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import perform
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db

PAPER = b"%PDF-1.7\nsigned\n%%EOF"


def sent(name="合同.pdf", content=PAPER):
    return SimpleUploadedFile(name, content)


def test_several_files_are_added_at_once_and_those_refused_are_named(lin, zhang):
    browser = browser_of(lin)
    url = f"/clients/{zhang.pk}/files"
    answer = browser.post(
        url,
        {"file": [sent(), sent("坏.exe", b"MZ\x00\x00")], "description": "开户"},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    page = browser.get(json.loads(answer.content)["url"]).content.decode()
    assert "合同.pdf" in page and "开户" in page and "坏.exe" in page
    answer = browser.post(url, {"file": [sent("坏.exe", b"MZ\x00\x00")]}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and "可以保存" in answer.content.decode()


def test_a_file_is_handed_out_to_be_saved_and_never_shown_inside_the_desk(lin, wang, zhang):
    browser_of(lin).post(f"/clients/{zhang.pk}/files", {"file": [sent()]})
    with as_system():
        row = Attachment.objects.get()
    answer = browser_of(lin).get(f"/files/{row.pk}")
    assert answer.getvalue() == PAPER and answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"] and answer["X-Content-Type-Options"] == "nosniff"
    assert browser_of(wang).get(f"/files/{row.pk}").status_code == 404
    assert browser_of(wang).post(f"/clients/{zhang.pk}/files", {"file": [sent()]}).status_code == 404


def test_the_api_takes_a_form_or_json_and_gives_the_content_back(client, lin, zhang):
    with acting(lin):
        token = perform(
            "team.create_token", {"name": "脚本", "scopes": ["service.log", "service.read", "client.read"]}
        )["token"]
    head = {"Authorization": f"Bearer {token}"}
    made = client.post("/api/v1/actions/service.add_attachment", {"client": "C0001", "file": sent()}, headers=head)
    assert made.status_code == 200, made.content
    again = {"client": "C0001", "file": {"name": "a.txt", "content": "5L2g5aW9"}}
    assert (
        client.post(
            "/api/v1/actions/service.add_attachment", json.dumps(again), content_type="application/json", headers=head
        ).status_code
        == 200
    )
    wrong = {"client": "C0001", "file": "no file"}
    refused = client.post(
        "/api/v1/actions/service.add_attachment", json.dumps(wrong), content_type="application/json", headers=head
    )
    assert refused.status_code == 400 and "base64" in refused.content.decode()
    rows = client.get("/api/v1/queries/service.client_attachments?client=C0001", headers=head).json()
    opened = client.post(
        "/api/v1/actions/service.open_attachment",
        json.dumps({"attachment": rows["rows"][0]["id"]}),
        content_type="application/json",
        headers=head,
    )
    report = json.loads(opened.getvalue())
    assert report["content"] == "5L2g5aW9" and report["name"] == "a.txt" and report["size"] == 6


def test_a_large_file_goes_in_and_out_in_slices_and_its_length_is_told(client, lin, zhang):
    recording = b"ID3\x04" + bytes(range(256)) * 16_000  # above what Django keeps in memory
    browser_of(lin).post(f"/clients/{zhang.pk}/files", {"file": [sent("录音.mp3", recording)]})
    with as_system():
        row = Attachment.objects.get()
    answer = browser_of(lin).get(f"/files/{row.pk}")
    parts = list(answer.streaming_content)
    assert answer.streaming and len(parts) > 20 and b"".join(parts) == recording
    assert answer["Content-Length"] == str(len(recording))
    with acting(lin):
        token = perform("team.create_token", {"name": "脚本", "scopes": ["service.read", "client.read"]})["token"]
    ask = {
        "path": "/api/v1/actions/service.open_attachment",
        "data": json.dumps({"attachment": row.pk}),
        "content_type": "application/json",
    }
    head = {"Authorization": f"Bearer {token}"}
    bare = client.post(**ask, headers={**head, "Accept": "application/octet-stream"})
    assert bare.getvalue() == recording and bare["Content-Length"] == str(len(recording))
    assert bare["Content-Disposition"].startswith("attachment")
    report = client.post(**ask, headers=head)
    whole = report.getvalue()
    assert report["Content-Length"] == str(len(whole)) and report["Content-Type"].startswith("application/json")
    assert base64.b64decode(json.loads(whole)["content"]) == recording


def test_a_file_that_was_cut_short_breaks_off_and_never_passes_for_whole(lin, zhang):
    browser_of(lin).post(f"/clients/{zhang.pk}/files", {"file": [sent("录音.mp3", b"ID3\x04" + bytes(600_000))]})
    with as_system():
        row = Attachment.objects.get()
    kept = files._path(row.file_key)
    kept.write_bytes(kept.read_bytes()[: 3 + encrypted_files.SALT + 2 * (encrypted_files.SLICE + encrypted_files.TAG)])
    answer = browser_of(lin).get(f"/files/{row.pk}")
    with pytest.raises(InvalidTag):
        list(answer.streaming_content)
