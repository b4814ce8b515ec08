"""Manage linked sheets: add, change, replace the key, switch on and off, schedule, run."""

import json
import re
from datetime import timedelta
from typing import Any

from dakehu.exchange.connectors.http import check_address
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.exchange.sheets_sync.google import check_service_key
from dakehu.exchange.sheets_sync.models import GOOGLE, LinkedSheet, SheetPart
from dakehu.foundation.access.encrypted_fields import EncryptedValue, encrypted_fields_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.files import store as files
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SYNC = "sheets.sync"  # the job
SHEET = Parameter("sheet", "sheets_sync.LinkedSheet", spec=FieldSpec("在线表格", "Linked sheet"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
OPTIONAL = ("sensitivity", "parts", "prefer", "deletes", "address")
KEY = Parameter(
    "service_key",
    spec=FieldSpec(
        "服务账号密钥",
        "Key of the service account",
        sensitivity=SECRET,
        help_zh="Google Cloud 生成的 JSON 密钥文件的全部内容；加密保存，以后不再显示",
        help_en="The whole JSON key file from Google Cloud; kept encrypted and never shown again",
    ),
)
NUMBER = re.compile(r"/d/([A-Za-z0-9_-]+)")


def _check(row: LinkedSheet) -> None:
    """Normalise the entered values. Raises Refused for an invalid address, spreadsheet or worksheet."""
    found = NUMBER.search(row.spreadsheet)
    row.spreadsheet = found.group(1) if found else row.spreadsheet.strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]+", row.spreadsheet):
        raise refusal(
            "spreadsheet",
            "“{value}”不是表格编号。请粘贴 Google 表格的完整地址。",
            "“{value}” is no number of a spreadsheet. Paste the whole address of the Google sheet.",
            value=row.spreadsheet,
        )
    try:
        row.address = check_address(row.address or GOOGLE)
    except Refused as error:
        raise Refused({"address": error.messages["connection"]}) from error
    names = [name.strip() for name in row.parts.replace("，", ",").split(",") if name.strip()]
    unknown = [name for name in names if name not in worksheets()]
    if unknown:
        raise refusal(
            "parts",
            "没有工作表“{names}”，可选：{all}。",
            "There is no worksheet “{names}”; choose of {all}.",
            names=" ".join(unknown),
            all=" ".join(worksheets()),
        )
    row.parts = ",".join(dict.fromkeys(names))


def _encrypt_service_key(row: LinkedSheet, service_key: str) -> None:
    """Set the key of a link, encrypted immediately."""
    try:
        facts = json.loads(service_key)
    except ValueError:
        facts = None
    try:
        row.account = check_service_key(facts)[:200]
    except Refused as error:
        raise Refused({"service_key": error.messages["connection"]}) from error
    for field in encrypted_fields_of(LinkedSheet):
        row.service_key = EncryptedValue.encrypt(field.place, service_key, None)
    row.secrets_at = clock.now()


@action(
    "sheets.add",
    needs=Permission.CONNECTION_WRITE,
    zh="新增在线表格",
    en="Link an online sheet",
    parameters=(parameters_of("sheets_sync.LinkedSheet", "name", "spreadsheet", "owner", optional=OPTIONAL), KEY),
    irreversible=bilingual("新增的在线表格不能撤销，但可以删除。", "It cannot be undone, but removed."),
)
def add_sheet(*, service_key: str, name: str, **values: Any) -> LinkedSheet:
    """Link a spreadsheet. It is initially switched off; its owner runs it once an administrator has switched it on."""
    if LinkedSheet.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    given = {key: value for key, value in values.items() if value not in (None, "")}
    row = LinkedSheet(name=name, language=language(), **given)
    _check(row)
    _encrypt_service_key(row, service_key)
    row.save()
    return row


@action(
    "sheets.change",
    needs=Permission.CONNECTION_WRITE,
    zh="修改在线表格",
    en="Change a linked sheet",
    parameters=(
        SHEET,
        parameters_of("sheets_sync.LinkedSheet", optional=("name", "spreadsheet", "owner", *OPTIONAL)),
        VERSION,
    ),
)
def change_sheet(*, sheet: LinkedSheet, version: int | None = None, **changes: Any) -> LinkedSheet:
    """Change a link. A new spreadsheet, owner, address or sensitivity switches it off for another review."""
    check_version(sheet, version)
    before = sheet.spreadsheet, sheet.owner_id, sheet.address, str(sheet.sensitivity)
    for name, value in changes.items():
        setattr(sheet, name, value if value is not None else "")
    _check(sheet)
    if (sheet.spreadsheet, sheet.owner_id, sheet.address, str(sheet.sensitivity)) != before:
        sheet.is_on, sheet.next_run_at = False, None
    if (sheet.spreadsheet, sheet.owner_id) != before[:2]:
        _forget(sheet)
    sheet.save()
    return sheet


def _forget(sheet: LinkedSheet) -> None:
    """Delete the stored base of the spreadsheet: a new spreadsheet or owner starts from scratch."""
    for part in SheetPart.objects.filter(link=sheet):
        for key in filter(None, (part.base_key, part.planned_key)):
            files.expire(key, 0)
        part.delete()


@action(
    "sheets.replace_key",
    needs=Permission.CONNECTION_WRITE,
    zh="更换服务账号密钥",
    en="Replace the key of the service account",
    parameters=(SHEET, KEY),
    irreversible=bilingual(
        "更换后旧密钥不再保存，不能撤销；如有误，请再次更换。",
        "The old key is not kept, so this cannot be undone; to correct it, replace it again.",
    ),
)
def replace_key(*, sheet: LinkedSheet, service_key: str) -> LinkedSheet:
    """Replace the key of a link. It is never shown."""
    _encrypt_service_key(sheet, service_key)
    sheet.save()
    return sheet


@action(
    "sheets.switch_on",
    needs=Permission.CONNECTION_WRITE,
    zh="启用在线表格",
    en="Switch a linked sheet on",
    parameters=(SHEET,),
)
def switch_on(*, sheet: LinkedSheet) -> LinkedSheet:
    """Switch a link on."""
    sheet.is_on = True
    sheet.save()
    return sheet


@action(
    "sheets.switch_off",
    needs=Permission.CONNECTION_WRITE,
    zh="停用在线表格",
    en="Switch a linked sheet off",
    parameters=(SHEET,),
)
def switch_off(*, sheet: LinkedSheet) -> LinkedSheet:
    """Switch a link off. The spreadsheet's content remains."""
    sheet.is_on, sheet.next_run_at = False, None
    sheet.save()
    return sheet


@action(
    "sheets.remove",
    needs=Permission.CONNECTION_WRITE,
    zh="删除在线表格",
    en="Remove a linked sheet",
    parameters=(SHEET,),
    irreversible=bilingual(
        "密钥和同步记录一并删除，不能撤销；系统中的数据和 Google 表格里的内容都保留，请自行取消共享。",
        "Its key and runs go with it and cannot be brought back; data on the desk and in the Google sheet stay: end the sharing there.",
    ),
)
def remove_sheet(*, sheet: LinkedSheet) -> dict[str, Any]:
    """Remove a link with its key and runs; both sides keep their rows."""
    _forget(sheet)
    removed = {"sheet": sheet.name}
    add_audit_note(**removed)
    sheet.delete()
    return removed


@action(
    "sheets.schedule",
    needs=Permission.SHEET_RUN,
    zh="定时同步",
    en="Synchronise at intervals",
    parameters=(SHEET, parameters_of("sheets_sync.LinkedSheet", optional=("every_hours",))),
    offers_undo=False,
)
def schedule(*, sheet: LinkedSheet, every_hours: int | None = None) -> LinkedSheet:
    """Run the actor's own link every `every_hours` hours; without a number, only when started manually."""
    from dakehu.exchange.sheets_sync.runs import check_may_run

    check_may_run(sheet)
    sheet.every_hours = every_hours
    sheet.next_run_at = None
    plan_next_run(sheet)
    sheet.save()
    return sheet


def plan_next_run(sheet: LinkedSheet) -> None:
    """Queue the next run of a link that has an interval, for the actor. Call inside an action."""
    if not sheet.every_hours:
        sheet.next_run_at = None
        return
    sheet.next_run_at = clock.now() + timedelta(hours=sheet.every_hours)
    jobs.start(SYNC, not_before=sheet.next_run_at, sheet=sheet.pk, due=sheet.next_run_at.isoformat())


@action(
    "sheets.start",
    needs=Permission.SHEET_RUN,
    zh="立即同步",
    en="Synchronise now",
    parameters=(SHEET,),
    offers_undo=False,
)
def start_run(*, sheet: LinkedSheet) -> dict[str, Any]:
    """Run the actor's own link in the background; return {job}. Its rows can be undone as one import."""
    from dakehu.exchange.sheets_sync.runs import check_may_run

    check_may_run(sheet)
    return {"job": jobs.start(SYNC, sheet=sheet.pk)}
