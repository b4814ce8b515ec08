"""Actions on anti-money laundering. Their audit entries are visible to compliance only; none offers undo."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.aml import files, rules
from dakehu.domains.compliance.aml.choices import AmlLevel, SuspicionState
from dakehu.domains.compliance.aml.models import AmlFile, SuspicionReport, WatchListEntry
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("clients.Consent", "client")
ENTRY = Parameter("watch_entry", kind="integer", spec=FieldSpec("名单条目", "Entry of a list"))
SUSPICION = Parameter("suspicion", kind="integer", spec=FieldSpec("可疑报告", "Suspicion"))
KEPT = bilingual("反洗钱记录依法保存，不能撤销。", "Records of money laundering are kept by law and not undone.")


@action(
    "compliance.open_aml_file",
    needs=Permission.AML,
    zh="查阅反洗钱档案",
    en="Open an AML file",
    parameters=CLIENT,
    offers_undo=False,
    is_confidential=True,
)
def open_aml_file(*, client: Any) -> dict[str, Any]:
    """Return the AML file of a client decrypted; the audit records who read it.

    {file: {level, rated_on, review_due_on, grounds, rated_by} or None, suspicions: [{id, state, found_on, text, decided_on,
    decision, found_by}]}.
    """
    add_audit_note(client=client.code)
    file = files.find_file(client)
    return {
        "file": None
        if file is None
        else {
            "level": AmlLevel(str(file.level)).text,
            "rated_on": file.rated_on.isoformat(),
            "review_due_on": file.review_due_on.isoformat(),
            "grounds": file.grounds.open() if file.grounds else "",
            "rated_by": file.rated_by.name if file.rated_by else "",
        },
        "suspicions": [
            {
                "id": row.pk,
                "state": SuspicionState(str(row.state)).text,
                "is_open": row.state == SuspicionState.OPEN,
                "found_on": row.found_on.isoformat(),
                "text": row.text.open(),
                "decided_on": row.decided_on.isoformat() if row.decided_on else "",
                "decision": row.decision.open() if row.decision else "",
                "found_by": row.found_by.name if row.found_by else "",
            }
            for row in files.suspicions_of(client)
        ],
    }


@action(
    "compliance.rate_client",
    needs=Permission.AML,
    zh="评定洗钱风险等级",
    en="Rate a client",
    parameters=(CLIENT, parameters_of("compliance.AmlFile", "level", "grounds", optional=("rated_on",))),
    irreversible=KEPT,
    is_confidential=True,
)
def rate_client(*, client: Any, level: str, grounds: str, rated_on: date | None = None) -> None:
    """Rate a client; the day of the next review follows from the level. Raises Refused for a future day."""
    day = rated_on or clock.today()
    if day > clock.today():
        raise refusal("rated_on", "评定日期不能晚于今天。", "A rating cannot be of a day to come.")
    row = AmlFile.objects.filter(client_ref=client.pk).first() or AmlFile(client_ref=client.pk)
    row.level, row.rated_on, row.grounds = level, day, grounds
    row.review_due_on, row.rated_by = rules.review_due(str(level), day), team.current_user()
    row.save()
    add_audit_note(client=client.code)


@action(
    "compliance.add_watch_entry",
    needs=Permission.AML,
    zh="列入监控名单",
    en="Add to a watch list",
    parameters=parameters_of(
        "compliance.WatchListEntry", "watch_list", "name", "source", optional=("identifier", "listed_on")
    ),
    irreversible=KEPT,
    is_confidential=True,
)
def add_watch_entry(*, name: str, identifier: str | None = None, **given: Any) -> None:
    """Add a name to a list; clients with that name are shown as hits immediately."""
    row = WatchListEntry(name=name.strip(), identifier=(identifier or "").strip().upper())
    for field, value in given.items():
        if value is not None:
            setattr(row, field, value)
    row.save()


@action(
    "compliance.end_watch_entry",
    needs=Permission.AML,
    zh="移出监控名单",
    en="Take off a watch list",
    parameters=(ENTRY, parameters_of("compliance.WatchListEntry", optional=("ended_on",))),
    irreversible=KEPT,
    is_confidential=True,
)
def end_watch_entry(*, watch_entry: int, ended_on: date | None = None) -> None:
    """Take a name off a list from a day (default: today); the entry is kept. Raises NotFound."""
    row = _get(WatchListEntry, watch_entry)
    row.ended_on = ended_on or clock.today()
    row.save()


@action(
    "compliance.clear_watch_hit",
    needs=Permission.AML,
    zh="排除名单命中",
    en="Clear a hit",
    parameters=(ENTRY, CLIENT, Parameter("reason", spec=FieldSpec("排除理由", "Why it is somebody else"))),
    irreversible=KEPT,
    is_confidential=True,
)
def clear_watch_hit(*, watch_entry: int, client: Any, reason: str) -> None:
    """Record that a client with a listed name is another person. Raises NotFound."""
    row = _get(WatchListEntry, watch_entry)
    row.cleared = sorted({*row.cleared, client.pk})
    row.save()
    add_audit_note(client=client.code, reason=reason)


@action(
    "compliance.enter_suspicion",
    needs=Permission.AML,
    zh="登记可疑情形",
    en="Enter a suspicion",
    parameters=(CLIENT, parameters_of("compliance.SuspicionReport", "text", optional=("found_on",))),
    irreversible=KEPT,
    is_confidential=True,
)
def enter_suspicion(*, client: Any, text: str, found_on: date | None = None) -> None:
    """Enter a suspicion of a client, found today by default."""
    row = SuspicionReport(client_ref=client.pk, text=text, found_by=team.current_user())
    row.found_on = found_on or row.found_on
    row.save()
    add_audit_note(client=client.code)


@action(
    "compliance.settle_suspicion",
    needs=Permission.AML,
    zh="处理可疑情形",
    en="Settle a suspicion",
    parameters=(
        SUSPICION,
        Parameter(
            "is_reported",
            kind="bool",
            spec=FieldSpec("已报送", "Reported", help_zh="不勾选为排除", help_en="Unticked: dismissed"),
        ),
        Parameter("decision", "compliance.SuspicionReport", "decision"),
    ),
    irreversible=KEPT,
    is_confidential=True,
)
def settle_suspicion(*, suspicion: int, is_reported: bool, decision: str) -> None:
    """Record that a suspicion was reported or dismissed, and why. Raises NotFound, and Refused if it is settled."""
    row = _get(SuspicionReport, suspicion)
    if row.state != SuspicionState.OPEN:
        raise Refused(bilingual("该情形已经处理。", "It is settled already."))
    row.state = (SuspicionState.REPORTED if is_reported else SuspicionState.DISMISSED).value
    row.decision, row.decided_on = decision, clock.today()
    row.save()


def _get(model: Any, pk: int) -> Any:
    """Return a row. Raises NotFound."""
    row = model.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(model.names.singular, pk)
    return row
