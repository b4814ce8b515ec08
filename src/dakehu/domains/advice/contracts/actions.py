"""Actions on contracts of advice: record one, cancel it within the cancellation period, end it by its terms."""

from datetime import date
from typing import Any

from dakehu.domains.advice.contracts import rules
from dakehu.domains.advice.contracts.choices import ContractState
from dakehu.domains.advice.models import AdvisoryContract
from dakehu.domains.advice.parameters import VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar.trading_days import trading_day_after
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

CONTRACT = Parameter("contract", kind="integer", spec=FieldSpec("投顾协议", "Advisory contract"))
RECEIVED_ON = Parameter("ended_on", kind="date", spec=FieldSpec("收到书面通知的日期", "Notice received on"))
ENDED_ON = Parameter("ended_on", kind="date", spec=FieldSpec("终止日期", "Ended on"))
REFERENCE = Parameter(
    "end_reference", spec=FieldSpec("终止文件编号", "Reference of the notice", example="JC-2026-0007")
)


def get_contract(pk: int) -> AdvisoryContract:
    """Return a contract of a visible client. Raises NotFound."""
    row: AdvisoryContract | None = AdvisoryContract.objects.select_related("client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投顾协议", "advisory contract"))
    return row


def last_day_to_cancel(row: AdvisoryContract) -> date:
    """Return the last day on which the client may cancel a contract."""
    return trading_day_after(row.signed_on, rules.CANCEL_DAYS)


@action(
    "advice.record_contract",
    needs=Permission.POLICY_WRITE,
    zh="登记投顾协议",
    en="Record an advisory contract",
    parameters=(Fields("advice.AdvisoryContract", required=("client", "number", "signed_on"), new=True),),
)
def record_contract(*, client: Any, number: str, signed_on: date, **values: Any) -> AdvisoryContract:
    """Record a contract that the client signed. Raises Refused for a number already recorded for the client, and for invalid days."""
    error = rules.contract_error(signed_on, values.get("ends_on"), clock.today())
    if error is not None:
        raise refusal(*error)
    if AdvisoryContract.objects.filter(client=client, number=number.strip()).exists():
        raise refusal("number", "这份协议已登记。", "This contract is recorded already.")
    row = AdvisoryContract(client=client, number=number.strip(), signed_on=signed_on)
    row.ends_on, row.fee_terms = values.get("ends_on"), values.get("fee_terms") or ""
    row.save()
    return row


@action(
    "advice.cancel_contract",
    needs=Permission.POLICY_WRITE,
    zh="期内解除投顾协议",
    en="Cancel an advisory contract in time",
    parameters=(CONTRACT, VERSION, RECEIVED_ON, REFERENCE),
)
def cancel_contract(
    *, contract: int, ended_on: date, end_reference: str, version: int | None = None
) -> AdvisoryContract:
    """Record that the client cancelled in writing within the period of the rule. Raises Refused after it."""
    row = _get_contract_in_force(contract, version)
    error = rules.cancel_error(row.signed_on, last_day_to_cancel(row), ended_on, clock.today())
    if error is not None:
        raise refusal(*error)
    return _end(row, ContractState.CANCELLED, ended_on, end_reference)


@action(
    "advice.end_contract",
    needs=Permission.POLICY_WRITE,
    zh="终止投顾协议",
    en="End an advisory contract",
    parameters=(CONTRACT, VERSION, ENDED_ON, REFERENCE),
)
def end_contract(*, contract: int, ended_on: date, end_reference: str, version: int | None = None) -> AdvisoryContract:
    """Record that a contract ended by its terms. Raises Refused for a day before it was signed or after today."""
    row = _get_contract_in_force(contract, version)
    if not row.signed_on <= ended_on <= clock.today():
        raise refusal("ended_on", "终止日期应在签订日期与今天之间。", "It ended between signing and today.")
    return _end(row, ContractState.ENDED, ended_on, end_reference)


def _get_contract_in_force(pk: int, version: int | None) -> AdvisoryContract:
    row = get_contract(pk)
    check_version(row, version)
    if row.state != ContractState.IN_FORCE:
        raise refusal("contract", "这份协议已经终止。", "This contract has ended.")
    return row


def _end(row: AdvisoryContract, state: ContractState, day: date, reference: str) -> AdvisoryContract:
    if not reference.strip():
        raise refusal("end_reference", "请填写书面文件的编号。", "Give the reference of the written notice.")
    row.state, row.ended_on, row.end_reference = state.value, day, reference.strip()
    row.save()
    publish_event("advice.contract_ended", contract=row.pk)
    return row
