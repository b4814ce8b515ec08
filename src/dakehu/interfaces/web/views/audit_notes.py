"""Texts for the facts that an act recorded in the audit trail in addition to its rows."""

import re
from typing import Any

from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.names import find_names, name_of_table

JOB = re.compile(r"job (\d+): (\S+)")
NOTES: dict[str, Bilingual] = {
    "about": bilingual("对象", "About"),
    "address": bilingual("网络地址", "Network address"),
    "attachment": bilingual("客户文件编号", "Client file"),
    "batch": bilingual("批次", "Batch"),
    "buckets": bilingual("成交文件", "Trade files"),
    "bytes": bilingual("字节数", "Bytes"),
    "cells": bilingual("单元格", "Cells"),
    "change": bilingual("改动", "Change"),
    "client": bilingual("客户编号（内部）", "Client id"),
    "clients": bilingual("客户", "Clients"),
    "contact": bilingual("联系方式编号", "Contact id"),
    "contacts": bilingual("联系方式", "Contacts"),
    "count": bilingual("条数", "Count"),
    "counts": bilingual("数量", "Counts"),
    "coverage": bilingual("服务关系", "Coverage"),
    "created": bilingual("新增", "Created"),
    "day": bilingual("日期", "Day"),
    "days": bilingual("天数", "Days"),
    "device": bilingual("设备", "Device"),
    "digest": bilingual("文件指纹", "Fingerprint"),
    "dropped": bilingual("作废", "Dropped"),
    "ended": bilingual("结束", "Ended"),
    "errors": bilingual("错误", "Errors"),
    "factor": bilingual("两步登录方式", "Second factor"),
    "factors": bilingual("两步登录方式", "Second factors"),
    "failed": bilingual("未成功", "Failed"),
    "field": bilingual("字段", "Field"),
    "fields": bilingual("字段", "Fields"),
    "file": bilingual("文件", "File"),
    "follow_ups": bilingual("跟进计划", "Follow-ups"),
    "held": bilingual("转待处理", "Quarantined"),
    "held_row": bilingual("待处理行编号", "Quarantined row"),
    "histories": bilingual("历史版本", "Earlier data"),
    "how": bilingual("方式", "Method"),
    "interactions": bilingual("服务记录", "Interactions"),
    "investments": bilingual("投资记录", "Investments"),
    "locked": bilingual("已加密", "Locked"),
    "mended": bilingual("更正的单元格", "Corrected cells"),
    "merged": bilingual("合并", "Merged"),
    "moved": bilingual("转移的记录", "Records moved"),
    "name": bilingual("名称", "Name"),
    "needs": bilingual("需求与偏好", "Needs"),
    "new_device": bilingual("新设备", "New device"),
    "prices": bilingual("价格", "Prices"),
    "quarantined": bilingual("转待处理", "Quarantined"),
    "quarantined_row": bilingual("待处理行编号", "Quarantined row"),
    "reason": bilingual("原因", "Reason"),
    "released": bilingual("放行", "Released"),
    "removed": bilingual("删除", "Removed"),
    "replaced": bilingual("替换", "Replaced"),
    "requests": bilingual("客户诉求", "Requests"),
    "restored": bilingual("恢复", "Restored"),
    "rows": bilingual("行数", "Rows"),
    "sha256": bilingual("文件指纹", "Fingerprint"),
    "skipped": bilingual("跳过", "Skipped"),
    "source": bilingual("来源", "Source"),
    "statement": bilingual("对账单", "Statement"),
    "uid": bilingual("统一登录账号", "Account of the company sign-in"),
    "unchanged": bilingual("未变", "Unchanged"),
    "updated": bilingual("修改", "Updated"),
    "user": bilingual("人员编号", "Staff id"),
    "username": bilingual("用户名", "User name"),
    "what": bilingual("操作", "Action"),
    "work": bilingual("一并移交的未完成事项", "Open work that went along"),
}


def note_lines(note: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (label, text) of each recorded fact of an act; counts as "新增 3, 修改 2" rather than as a structure."""
    return [(_label(key), _text(key, value)) for key, value in note.items()]


def reason_text(reason: str) -> str:
    """Return the name of the background job that acted; any other reason unchanged."""
    job = JOB.fullmatch(reason)
    if job is None:
        return reason
    return str(bilingual("后台任务 {n}：{what}", "Background job {n}: {what}", n=job[1], what=act_label(job[2])))


def _label(key: str) -> str:
    known = NOTES.get(key)
    if known is None and find_names(key) is not None:
        known = name_of_table(key)
    return str(known or key)


def _text(key: str, value: Any) -> str:
    if key == "what":
        return str(act_label(str(value)))
    if isinstance(value, dict):
        flat = {
            f"{_label(part)} {_label(name)}": count
            for part, inner in value.items()
            if isinstance(inner, dict)
            for name, count in inner.items()
        }
        named = flat or {_label(name): count for name, count in value.items()}
        value = ", ".join(f"{name} {count}" for name, count in named.items() if count)
    elif isinstance(value, bool):
        value = bilingual("是", "Yes") if value else bilingual("否", "No")
    return str(value) or "–"
