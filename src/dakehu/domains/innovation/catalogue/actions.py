"""Actions on the service catalogue: add a service, write its next version, withdraw a future one, end and resume a service."""

from datetime import date
from typing import Any

from dakehu.domains.innovation.catalogue import rules
from dakehu.domains.innovation.choices import TrialState
from dakehu.domains.innovation.models import CatalogueService, ServiceVersion
from dakehu.domains.innovation.parameters import REASON, SERVICE, SERVICE_VERSION, VERSION
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields, Parameter

CODE = Parameter("code", "innovation.CatalogueService", "code")
ENDS_ON = Parameter("ends_on", "innovation.CatalogueService", "ends_on")
VERSION_FIELDS = "innovation.ServiceVersion"
CONTENT = (
    "name",
    "description",
    "tiers",
    "channel",
    "owner",
    "promised",
    "promised_unit",
    "minutes",
    "cost",
    "based_on",
)


def get_service(pk: int) -> CatalogueService:
    """Return a service. Raises NotFound."""
    row: CatalogueService | None = CatalogueService.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("服务项目", "service"), pk)
    return row


def versions_of(service: CatalogueService) -> list[ServiceVersion]:
    """Return the versions of a service, the first one first."""
    rows = ServiceVersion.objects.filter(service=service).select_related("owner", "based_on", "written_by")
    return list(rows.order_by("valid_from"))


@action(
    "innovation.add_service",
    needs=Permission.CATALOGUE_WRITE,
    zh="新增服务项目",
    en="Add a service",
    parameters=(
        CODE,
        Fields(VERSION_FIELDS, required=("name", "description", "valid_from"), without=("note",), new=True),
    ),
)
def add_service(*, code: str, valid_from: date, **values: Any) -> ServiceVersion:
    """Add a service with its first version. Raises Refused for a code that is taken."""
    if CatalogueService.objects.filter(code=code.strip()).exists():
        raise refusal("code", "这个编号已有服务项目。", "This code is taken.")
    service = CatalogueService(code=code.strip())
    service.save()
    return _write(service, 1, valid_from, {key: value for key, value in values.items() if value is not None})


@action(
    "innovation.change_service",
    needs=Permission.CATALOGUE_WRITE,
    zh="编写新版本",
    en="Write a new version",
    parameters=(SERVICE_VERSION, VERSION, Fields(VERSION_FIELDS, required=("valid_from", "note"))),
)
def change_service(
    *, service_version: int, valid_from: date, note: str, version: int | None = None, **values: Any
) -> ServiceVersion:
    """Write the next version of a service: omitted fields are taken from the last one, which stays readable.

    Raises Refused if nothing changes, for a past first day, and for a version other than the last.
    """
    last: ServiceVersion | None = ServiceVersion.objects.select_related("service").filter(pk=service_version).first()
    if last is None:
        raise NotFound(bilingual("服务版本", "version"), service_version)
    check_version(last, version)
    if last.pk != versions_of(last.service)[-1].pk:
        raise refusal(
            "service_version", "已有更新的版本，请从最新版本修改。", "There is a newer version: change that one."
        )
    if last.service.ends_on is not None:
        raise refusal("service_version", "服务已停止。", "The service has ended.")
    error = rules.version_error(valid_from, last.valid_from, clock.today(), note)
    if error is not None:
        raise refusal(*error)
    before = {name: getattr(last, name) for name in CONTENT}
    content = {**before, **_with_defaults(values)}
    if content == before:
        raise refusal("", "没有改动。", "Nothing changed.")
    return _write(last.service, last.number + 1, valid_from, {**content, "note": note.strip()})


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with the default of each emptied field. Raises Refused for one that must not be empty."""
    filled = {}
    for name, value in values.items():
        column: Any = ServiceVersion._meta.get_field(name)
        if value in (None, "") and not column.blank and not column.has_default():
            raise refusal(name, "请填写。", "Fill this in.")
        filled[name] = column.get_default() if value is None and not column.null else value
    return filled


def _write(service: CatalogueService, number: int, valid_from: date, values: dict[str, Any]) -> ServiceVersion:
    """Write a version. Raises Refused for unknown tiers and for a trial that was not adopted."""
    codes, unknown = rules.parse_tiers(values.get("tiers") or "")
    if unknown:
        raise refusal("tiers", "没有这样的级别：{named}。", "No such tier: {named}.", named=unknown)
    trial = values.get("based_on")
    if trial is not None and trial.state != TrialState.ADOPTED:
        raise refusal("based_on", "这项试点没有被采纳。", "This trial was not adopted.")
    row = ServiceVersion(service=service, number=number, valid_from=valid_from, **{**values, "tiers": ",".join(codes)})
    row.written_by = team.current_user()
    row.save()
    return row


@action(
    "innovation.remove_service_version",
    needs=Permission.CATALOGUE_WRITE,
    zh="撤下未生效版本",
    en="Remove a version to come",
    parameters=(SERVICE_VERSION,),
)
def remove_service_version(*, service_version: int) -> None:
    """Remove a version not yet in force. Raises Refused for one that is or was: it stays readable."""
    row: ServiceVersion | None = ServiceVersion.objects.filter(pk=service_version).first()
    if row is None:
        raise NotFound(bilingual("服务版本", "version"), service_version)
    if row.valid_from <= clock.today() or row.number == 1:
        raise refusal("service_version", "已生效的版本须留存。", "A version that counts stays on the record.")
    row.delete()


@action(
    "innovation.end_service",
    needs=Permission.CATALOGUE_WRITE,
    zh="停止服务",
    en="End a service",
    parameters=(SERVICE, ENDS_ON, REASON),
)
def end_service(*, catalogue_service: int, ends_on: date, reason: str) -> CatalogueService:
    """End a service from a day on, with the reason; its versions stay readable."""
    row = get_service(catalogue_service)
    if not reason.strip():
        raise refusal("reason", "请写明原因。", "Give the reason.")
    if ends_on < clock.today():
        raise refusal("ends_on", "停止日期不能早于今天。", "It cannot end in the past.")
    row.ends_on, row.end_reason = ends_on, reason.strip()[:300]
    row.save()
    return row


@action(
    "innovation.resume_service",
    needs=Permission.CATALOGUE_WRITE,
    zh="恢复服务",
    en="Resume a service",
    parameters=(SERVICE,),
)
def resume_service(*, catalogue_service: int) -> CatalogueService:
    """Resume an ended service."""
    row = get_service(catalogue_service)
    if row.ends_on is None:
        raise refusal("catalogue_service", "服务没有停止。", "The service has not ended.")
    row.ends_on, row.end_reason = None, ""
    row.save()
    return row
