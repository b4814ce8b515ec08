"""Mapping of the objects of 纷享销客. Field names are those of public programs; `describe` takes precedence."""

from typing import Any

from dakehu.exchange.connectors import funnel
from dakehu.exchange.connectors.landings import (
    CLIENTS,
    FOLLOW_UPS,
    INTERACTIONS,
    OPPORTUNITIES,
    PROSPECTS,
    Desk,
    Landing,
    LandingColumn,
    Record,
    channel_of,
    client_code,
    column_from_first,
    contacts,
    first_value,
    own_code,
    remark,
    staff,
)

TECHNICAL = (
    "last_modified_time",
    "create_time",
    "last_modified_by",
    "created_by",
    "last_modified_by__name",
    "last_modified_by__mail",
    "created_by__name",
    "created_by__mail",
    "lock_status",
    "life_status",
    "is_deleted",
    "version",
    "record_type",
    "relevant_team",
    "owner_department",
    "data_own_department",
    "package",
    "tenant_id",
    "object_describe_api_name",
    "last_followed_time",
)
PHONES = ("mobile", "mobile1", "tel", "tel1")
SUBJECTS, DAYS = (
    ("name", "schedule_content", "content", "subject"),
    ("begin_time", "start_time", "schedule_time", "end_time"),
)
HELD = ("interactive_time", "record_time", "create_time")


def _kind(record: Record, desk: Desk) -> str:
    """Return whether an account is a person; besides organisations, wealth clients are often accounts too."""
    return "个人" if "个人" in record.get("account_type", "") else "机构"


def log_row(text: str, record: str, table: str) -> dict[str, Any]:
    """Return a service record of the desk as a sales record about a record of a table."""
    return {"active_record_content": text, "related_object_data": [{"id": record, "describe_api_name": table}]}


LANDINGS = (
    Landing(
        "AccountObj",
        CLIENTS,
        (
            own_code(),
            column_from_first("客户姓名", "name", "name"),
            LandingColumn("客户类型", "kind", _kind, ("account_type",)),
            *contacts("tel", "mobile"),
            column_from_first("地址", "address", "address"),
            remark("remark", numbers=("tel",)),
            staff("客户经理", "staff", "owner"),
        ),
        unused=TECHNICAL,
        is_organisation=True,
    ),
    Landing(
        "ContactObj",
        CLIENTS,
        (
            own_code(),
            column_from_first("客户姓名", "name", "name"),
            LandingColumn("客户类型", "kind", lambda record, desk: "个人"),
            *contacts(*PHONES, "email"),
            column_from_first("出生日期", "birth_on", "date_of_birth"),
            column_from_first("职业", "occupation", "job_title"),
            LandingColumn(
                "工作单位", "employer", lambda record, desk: desk.name_of(record.get("account_id", "")), ("account_id",)
            ),
            column_from_first("地址", "address", "add", "address"),
            remark("remark", numbers=PHONES),
            staff("客户经理", "staff", "owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "LeadsObj",
        PROSPECTS,
        (
            column_from_first("线索名称", "name", "name", "company"),
            column_from_first("工作单位", "employer", "company"),
            column_from_first("职务", "position", "job_title"),
            funnel.one_contact("手机号码", "phone", "mobile", *PHONES),
            funnel.one_contact("电子邮件", "mail", "mail", "email"),
            *funnel.source("source"),
            funnel.other_contacts(*PHONES, "email", texts=("remark",)),
            staff("跟进人", "owner", "owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "NewOpportunityObj",
        OPPORTUNITIES,
        (
            client_code("account_id"),
            column_from_first("商机名称", "subject", "name"),
            column_from_first("预计金额", "amount", "amount"),
            LandingColumn(
                "预计成交日期", "close_on", lambda record, desk: record.get("close_date", "")[:10], ("close_date",)
            ),
            *funnel.stage("sales_status", "sales_stage"),
            *funnel.reason(("sales_status", "sales_stage"), "lost_reason"),
            column_from_first("备注", "remark", "remark"),
            staff("负责人", "owner", "owner"),
        ),
        links=("account_id",),
        unused=TECHNICAL,
    ),
    Landing(
        "ActiveRecordObj",
        INTERACTIONS,
        (
            client_code("related_object_data", "account_id", "contact_id"),
            column_from_first("沟通时间", "held_at", *HELD),
            LandingColumn(
                "渠道",
                "channel",
                lambda record, desk: channel_of(record.get("interactive_types", "")),
                ("interactive_types",),
            ),
            column_from_first("目的", "purpose", "interactive_scenario"),
            column_from_first("事件描述", "summary", "active_record_content"),
            staff("服务人员", "staff", "owner", "created_by"),
        ),
        unused=tuple(name for name in TECHNICAL if name not in HELD),
    ),
    Landing(
        "ScheduleObj",
        FOLLOW_UPS,
        (
            client_code("related_object_data", "account_id", "contact_id"),
            LandingColumn("计划日期", "due_on", lambda record, desk: first_value(record, *DAYS)[:10], DAYS),
            column_from_first("计划事项", "subject", *SUBJECTS),
            staff("负责人", "owner", "owner"),
        ),
        unused=TECHNICAL,
    ),
)
