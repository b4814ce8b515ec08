"""Mapping of the modules of Zoho CRM. Names as in the vendor's SDK (record/field.py)."""

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
    client_code,
    column_from_first,
    constant_column,
    contacts,
    joined_column,
    own_code,
    remark,
    staff,
)

TECHNICAL = (
    "Modified_Time",
    "Created_Time",
    "Modified_By",
    "Created_By",
    "Modified_By__name",
    "Modified_By__mail",
    "Created_By__name",
    "Created_By__mail",
    "Last_Activity_Time",
    "Locked__s",
    "Record_Status__s",
    "Full_Name",
)
PHONES = ("Mobile", "Phone", "Home_Phone", "Other_Phone")


def _person(record: Record, desk: Desk) -> str:
    """Return the name of a person: family name first in Chinese, last elsewhere."""
    family, given = record.get("Last_Name", ""), record.get("First_Name", "")
    if any("\u4e00" <= sign <= "\u9fff" for sign in family + given):
        return family + given
    return " ".join(filter(None, (given, family)))


def _lead(record: Record, desk: Desk) -> str:
    """Return the name of a lead: a person's, or the company's if no person is named."""
    return _person(record, desk) or record.get("Company", "")


def _state(record: Record, desk: Desk) -> str:
    """Return the state of a task in the desk's terms."""
    return "已完成" if record.get("Status") in ("Completed", "已完成") else "待跟进"


LANDINGS = (
    Landing(
        "Accounts",
        CLIENTS,
        (
            own_code(),
            column_from_first("客户姓名", "name", "Account_Name"),
            constant_column("客户类型", "kind", "机构"),
            *contacts("Phone"),
            joined_column("地址", "address", "Billing_State", "Billing_City", "Billing_Street"),
            remark("Description", numbers=("Phone",)),
            staff("客户经理", "staff", "Owner"),
        ),
        unused=TECHNICAL,
        is_organisation=True,
    ),
    Landing(
        "Contacts",
        CLIENTS,
        (
            own_code(),
            LandingColumn("客户姓名", "name", _person, ("Last_Name", "First_Name")),
            constant_column("客户类型", "kind", "个人"),
            *contacts(*PHONES, "Email", "Secondary_Email"),
            column_from_first("出生日期", "birth_on", "Date_of_Birth"),
            column_from_first("职业", "occupation", "Title"),
            LandingColumn(
                "工作单位",
                "employer",
                lambda record, desk: desk.name_of(record.get("Account_Name", "")),
                ("Account_Name",),
            ),
            joined_column("地址", "address", "Mailing_State", "Mailing_City", "Mailing_Street"),
            remark("Description", numbers=PHONES),
            staff("客户经理", "staff", "Owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "Leads",
        PROSPECTS,
        (
            LandingColumn("线索名称", "name", _lead, ("Last_Name", "First_Name")),
            column_from_first("工作单位", "employer", "Company"),
            column_from_first("职务", "position", "Designation"),
            column_from_first("城市", "city", "City"),
            funnel.one_contact("手机号码", "phone", "mobile", *PHONES),
            funnel.one_contact("电子邮件", "mail", "mail", "Email", "Secondary_Email"),
            *funnel.source("Lead_Source"),
            funnel.other_contacts(*PHONES, "Email", "Secondary_Email", texts=("Lead_Status", "Description")),
            staff("跟进人", "owner", "Owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "Deals",
        OPPORTUNITIES,
        (
            client_code("Account_Name", "Contact_Name"),
            column_from_first("商机名称", "subject", "Deal_Name"),
            column_from_first("预计金额", "amount", "Amount"),
            column_from_first("预计成交日期", "close_on", "Closing_Date"),
            *funnel.stage("Stage"),
            *funnel.reason(("Stage",), "Reason_For_Loss__s"),
            column_from_first("下一步", "next_step", "Next_Step"),
            column_from_first("备注", "remark", "Description"),
            staff("负责人", "owner", "Owner"),
        ),
        links=("Account_Name", "Contact_Name"),
        unused=TECHNICAL,
    ),
    Landing(
        "Calls",
        INTERACTIONS,
        (
            client_code("What_Id", "Who_Id"),
            column_from_first("沟通时间", "held_at", "Call_Start_Time"),
            constant_column("渠道", "channel", "电话"),
            column_from_first("目的", "purpose", "Subject"),
            column_from_first("事件描述", "summary", "Description", "Subject"),
            column_from_first("结果", "result", "Call_Result"),
            staff("服务人员", "staff", "Owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "Events",
        INTERACTIONS,
        (
            client_code("What_Id", "Who_Id"),
            column_from_first("沟通时间", "held_at", "Start_DateTime"),
            constant_column("渠道", "channel", "面谈"),
            column_from_first("目的", "purpose", "Event_Title"),
            column_from_first("事件描述", "summary", "Description", "Event_Title"),
            staff("服务人员", "staff", "Owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "Notes",
        INTERACTIONS,
        (
            client_code("Parent_Id"),
            column_from_first("沟通时间", "held_at", "Created_Time"),
            constant_column("渠道", "channel", "其他"),
            column_from_first("目的", "purpose", "Note_Title"),
            column_from_first("事件描述", "summary", "Note_Content", "Note_Title"),
            staff("服务人员", "staff", "Owner"),
        ),
        unused=TECHNICAL,
    ),
    Landing(
        "Tasks",
        FOLLOW_UPS,
        (
            client_code("What_Id", "Who_Id"),
            column_from_first("计划日期", "due_on", "Due_Date"),
            column_from_first("计划事项", "subject", "Subject"),
            LandingColumn("状态", "state", _state, ("Status",)),
            staff("负责人", "owner", "Owner"),
        ),
        unused=TECHNICAL,
    ),
)
