"""Communication between colleagues of the demonstration: shared notes, and comments with mentions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.gates import ask, perform

NOTE = (
    ("lin", "家庭情况（演示）：子女明年留学，换汇需求在春季，提前一季度准备。"),
    ("zhou", "沟通要点（演示）：先说结论再给数据；不谈个股，不在盘中来电。"),
    ("lin", "待核实（演示）：配偶账户是否一并规划，下次见面确认。"),
)
COMMENTS = (
    ("lin", "client", "@周宁 客户问到家族信托，是否请产品专家一起见一次？（演示）"),
    ("zhou", "client", "可以，下周三下午我参加。@林晓 请先把资产情况整理好。（演示）"),
    ("zhou", "task", "@林晓 合规要求本周内补齐，有困难告诉我。（演示）"),
    ("lin", "meeting", "@周宁 材料已上传，请过目。（演示）"),
    ("zhou", "opportunity", "额度要先和产品部确认，@林晓 请在报价前联系。（演示）"),
)


def write(acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Write a shared note and comments of Lin and Zhou. acting(username) → a context that acts as that user."""
    with acting("lin"):
        served = clients.clients().order_by("code")
        first, second = (row.pk for row in served[:2])
        records = {
            "client": first,
            "task": _first(ask("service.tasks", {"mine": True, "is_open": True})),
            "meeting": _first(ask("service.meetings", {})),
            "opportunity": _first(ask("growth.opportunities", {})),
        }
    for author, text in NOTE:
        with acting(author):
            perform("service.write_note", {"client": first, "text": text})
    with acting("lin"):
        perform("service.write_note", {"client": second, "text": "偏好（演示）：微信先约，再打电话。"})
    for author, kind, text in COMMENTS:
        number = records[kind]
        if number is not None:
            about = {"client": number} if kind == "client" else {"subject_kind": kind, "subject_id": number}
            with acting(author):
                perform("service.add_comment", {**about, "text": text})


def _first(found: Any) -> int | None:
    """Return the id of the first row that belongs to a client, None without one."""
    return next((int(row["id"]) for row in found["rows"] if row["client"]), None)
