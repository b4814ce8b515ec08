"""Columns of prospects and opportunities, from the tables of several vendors.

A vendor's stage is not a stage of the desk: it is stored in a separate column. Only an end, won or lost, is mapped,
and a stage of the desk with the same name.
"""

from dakehu.exchange.connectors.landings import Desk, LandingColumn, Record, first_value
from dakehu.foundation.base.contact_parsing import split_contacts
from dakehu.foundation.schema.fields import model_of

WON = ("closedwon", "won", "赢单", "已赢单", "成交", "已成交")
LOST = ("closedlost", "closedlosttocompetition", "lost", "输单", "已输单", "失败")


def one_contact(heading: str, field: str, kind: str, *names: str) -> LandingColumn:
    """Return the column of the first telephone or address of one kind in some source columns."""
    return LandingColumn(heading, field, lambda record, desk: next(iter(_contacts(record, kind, names)), ""), names)


def other_contacts(*names: str, texts: tuple[str, ...] = ()) -> LandingColumn:
    """Return the column of the remark: some texts, and every number or address without a separate column."""

    def value(record: Record, desk: Desk) -> str:
        further = [*_contacts(record, "mobile", names)[1:], *_contacts(record, "mail", names)[1:]]
        further += _contacts(record, "landline", names)
        further += [record[name] for name in names if record.get(name) and not split_contacts(record[name])]
        return "；".join(
            [*filter(None, (record.get(name, "") for name in texts)), *(f"联系方式 {one}" for one in further)]
        )

    return LandingColumn("备注", "remark", value, (*names, *texts))


def _contacts(record: Record, kind: str, names: tuple[str, ...]) -> list[str]:
    """Return the contacts of one kind in some source columns, each once."""
    found = [value for name in names for one, value in split_contacts(record.get(name, "")) if one == kind]
    return list(dict.fromkeys(found))


def source(*names: str) -> tuple[LandingColumn, LandingColumn]:
    """Return the columns of a prospect's source: the desk's value if the vendor's is known, and the vendor's own."""
    choices = model_of("growth.Prospect")._meta.get_field("source").choice_set

    def read_known(record: Record, desk: Desk) -> str:
        found = choices.read(first_value(record, *names)) if first_value(record, *names) else None
        return str(found.zh) if found is not None else "其他"

    return (
        LandingColumn("来源", "source", read_known, names),
        LandingColumn("来源说明", "source_note", lambda record, desk: first_value(record, *names)[:120], names),
    )


def stage(*names: str) -> tuple[LandingColumn, LandingColumn]:
    """Return the columns of an opportunity's stage: a stage of the desk if the mapping is certain, and the vendor's."""

    def read_known(record: Record, desk: Desk) -> str:
        return next((code for name in names if (code := stage_code(record.get(name, "")))), "")

    def read_original(record: Record, desk: Desk) -> str:
        return " / ".join(filter(None, (record.get(name, "") for name in names)))[:80]

    return LandingColumn("销售阶段", "stage", read_known, names), LandingColumn(
        "来源系统阶段", "source_stage", read_original, names
    )


def stage_code(text: str) -> str:
    """Return the code of the stage of the first pipeline that matches a vendor's term, "" if uncertain."""
    if not text:
        return ""
    pipeline = model_of("growth.Pipeline").objects.filter(is_active=True).first()
    rows = list(model_of("growth.Stage").objects.filter(pipeline=pipeline)) if pipeline is not None else []
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    kind = "won" if plain in WON else "lost" if plain in LOST else ""
    found = [row for row in rows if (str(row.kind) == kind if kind else text in (row.name, row.name_en))]
    return str(found[0].code) if len(found) == 1 else ""


def reason(stages: tuple[str, ...], *names: str) -> tuple[LandingColumn, LandingColumn]:
    """Return the columns of the reason for loss, only if lost: the desk's value if known, and the vendor's."""
    choices = model_of("growth.Opportunity")._meta.get_field("loss_reason").choice_set

    def is_lost(record: Record) -> bool:
        plain = ("".join(sign for sign in record.get(name, "").casefold() if sign.isalnum()) for name in stages)
        return any(text in LOST for text in plain)

    def read_known(record: Record, desk: Desk) -> str:
        if not is_lost(record):
            return ""
        found = choices.read(first_value(record, *names)) if first_value(record, *names) else None
        return str(found.zh) if found is not None else "其他"

    def read_original(record: Record, desk: Desk) -> str:
        return first_value(record, *names)[:300] if is_lost(record) else ""

    return (
        LandingColumn("输单原因", "loss_reason", read_known, names),
        LandingColumn("输单说明", "loss_note", read_original, names),
    )
