"""Write the copy of a client as one ZIP: JSON for programs, an HTML page for people, and the stored files."""

import base64
import hashlib
import io
import json
import zipfile
from html import escape
from typing import Any

from dakehu.domains.compliance.privacy import client_copy
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.parameters import parameters_of

TITLE = "个人信息副本 Copy of personal information"
STYLE = (
    "body{font:15px/1.6 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}h2{margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1rem}th,td{border:1px solid #ccc;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}th{width:16rem;font-weight:normal;color:#555}"
)


@action(
    "privacy.copy_client",
    needs=Permission.PRIVACY_WRITE,
    zh="生成个人信息副本",
    en="Make the copy for a client",
    parameters=parameters_of("compliance.PrivacyRequest", "client"),
    irreversible=bilingual(
        "副本含全部未脱敏信息，下载会记入操作日志；请只交给客户本人。",
        "The copy holds everything unmasked and the download is recorded; hand it to the client alone.",
    ),
)
def copy_client(*, client: Any) -> dict[str, Any]:
    """Return all data about a client as one ZIP: {name, media, size, sha256, content (base64)}.

    It contains copy.json, copy.html and the folder files. Encrypted values are decrypted; other clients are omitted.
    """
    content = as_zip(client_copy.collect(client))
    current_act().client_id = client.pk
    digest = hashlib.sha256(content).hexdigest()
    add_audit_note(client=client.pk, bytes=len(content), sha256=digest)
    return {
        "name": "personal-information.zip",
        "media": "application/zip",
        "size": len(content),
        "sha256": digest,
        "content": base64.b64encode(content).decode(),
    }


def as_zip(copy: dict[str, Any]) -> bytes:
    """Return a copy (see client_copy.collect) as the bytes of a ZIP."""
    plain = {**copy, "files": [one["name"] for one in copy["files"]]}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.json", json.dumps(plain, ensure_ascii=False, indent=1))
        archive.writestr("copy.html", as_page(plain))
        for number, one in enumerate(copy["files"], 1):
            name = one["name"].replace("/", "_").replace("\\", "_")
            try:
                archive.writestr(f"files/{number:04d}-{name}", store.content_of(one["key"]).whole())
            except NotFound:  # expired, while the row that references it still exists
                continue
    return buffer.getvalue()


def as_page(copy: dict[str, Any]) -> str:
    """Return a copy as one self-contained page, in both languages."""
    parts = [f"<h1>{escape(TITLE)}</h1><p>{escape(copy['client'])} · {escape(copy['made_at'])}</p>"]
    for table in copy["tables"]:
        parts.append(f"<h2>{escape(' '.join(table['name']))}（{len(table['rows'])}）</h2>")
        parts += [_row(row) for row in table["rows"]]
    if copy["files"]:
        parts.append(
            "<h2>文件 Files</h2><ul>" + "".join(f"<li>{escape(name)}</li>" for name in copy["files"]) + "</ul>"
        )
    head = f'<head><meta charset="utf-8"><title>{escape(TITLE)}</title><style>{STYLE}</style></head>'
    return f'<!doctype html><html lang="zh-CN">{head}<body>{"".join(parts)}</body></html>'


def _row(row: list[list[Any]]) -> str:
    cells = "".join(f"<tr><th>{escape(f'{zh} {en}')}</th><td>{escape(_text(value))}</td></tr>" for zh, en, value in row)
    return f"<table>{cells}</table>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是 Yes" if value else "否 No"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
