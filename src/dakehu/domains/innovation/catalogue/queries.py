"""Queries of the service catalogue: versions in force on a day, and one service with its versions and their changes."""

from datetime import date
from typing import Any

from dakehu.domains.innovation.catalogue import rules
from dakehu.domains.innovation.catalogue.actions import get_service, versions_of
from dakehu.domains.innovation.choices import PromiseUnit
from dakehu.domains.innovation.models import CatalogueService, ServiceVersion
from dakehu.domains.innovation.parameters import FILTERS, ORDER, SERVICE
from dakehu.domains.tiers.choices import TierCode
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, labels_of
from dakehu.foundation.schema.parameters import Parameter

DAY = Parameter("day", required=False, kind="date", spec=FieldSpec("日期", "Day"))
FIELDS = ("name", "description", "tiers", "channel", "owner", "promise", "minutes", "cost", "based_on")
LONG = ("description",)


@query(
    "innovation.service_versions",
    needs=Permission.CATALOGUE_READ,
    zh="服务版本列表",
    en="Versions of services",
    parameters=(FILTERS, ORDER),
)
def service_versions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return all versions of all services, the newest first by default."""
    rows = filter_rows(ServiceVersion.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-valid_from", "-pk")


@query(
    "innovation.service_catalogue",
    needs=Permission.CATALOGUE_READ,
    zh="服务目录",
    en="Service catalogue",
    parameters=(DAY,),
)
def service_catalogue(*, day: date | None = None) -> dict[str, Any]:
    """Return the catalogue in force on a day (today): {day, rows: [{service, code, number, fields as shown, promise, coming_on}],
    ended: [{service, code, name, ends_on, end_reason}]}. A service that begins later is in neither list."""
    on = day or clock.today()
    by_service: dict[int, list[ServiceVersion]] = {}
    versions = ServiceVersion.objects.select_related("owner", "based_on").order_by("valid_from")
    for version in versions:
        by_service.setdefault(version.service_id, []).append(version)
    rows, ended = [], []
    for service in CatalogueService.objects.order_by("code"):
        known = by_service.get(service.pk, [])
        place = rules.version_on([one.valid_from for one in known], on)
        if place is None:
            continue
        head = {"service": service.pk, "code": service.code}
        if service.ends_on is not None and service.ends_on <= on:
            end = {"ends_on": service.ends_on.isoformat(), "end_reason": service.end_reason}
            ended.append({**head, "name": known[place].name, **end})
            continue
        coming = known[place + 1].valid_from.isoformat() if place + 1 < len(known) else ""
        rows.append(
            {**_render_version(known[place]), **head, "coming_on": coming, "ends_on": str(service.ends_on or "")}
        )
    return {"day": on.isoformat(), "rows": rows, "ended": ended}


def _render_version(version: ServiceVersion) -> dict[str, Any]:
    """Return a version as texts, tiers by their names and the promise in one."""
    (shown,) = render_rows([version], shown=True)
    promise = ""
    if version.promised is not None:
        promise = f"{version.promised} {PromiseUnit.text_of(str(version.promised_unit))}"
    codes = [code for code in version.tiers.split(",") if code]
    names = [TierCode.text_of(code) for code in codes] or [str(bilingual("全部客户", "Every client"))]
    return {
        **shown,
        "id": version.pk,
        "promise": promise,
        "tiers": str(bilingual("、", ", ")).join(names),
        "number": version.number,
    }


@query(
    "innovation.service_page",
    needs=Permission.CATALOGUE_READ,
    zh="服务项目",
    en="One service",
    parameters=(SERVICE,),
)
def service_page(*, catalogue_service: int) -> dict[str, Any]:
    """Return {service, versions: newest first [{id, number, fields as shown, standing: current, coming or past, changes: [{label, before,
    after, segments: [{kind, text}] of long texts}]}], last: id of the last version, can_write}. Raises NotFound."""
    service = get_service(catalogue_service)
    versions = versions_of(service)
    place = rules.version_on([one.valid_from for one in versions], clock.today())
    shown = [_render_version(one) for one in versions]
    pages = []
    for number, one in enumerate(shown):
        before = shown[number - 1] if number else None
        standing = "current" if number == place else "coming" if place is None or number > place else "past"
        pages.append({**one, "standing": standing, "changes": _changes(before, one) if before else []})
    return {
        "service": {**render_row(service, shown=True), "id": service.pk},
        "is_ended": service.ends_on is not None,
        "versions": pages[::-1],
        "last": versions[-1].pk,
        "can_write": current_actor().may(Permission.CATALOGUE_WRITE),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the changes of a version: one line per field."""
    labels = {**labels_of("innovation.ServiceVersion"), "promise": str(bilingual("承诺时限", "Done within"))}
    found = []
    for name in FIELDS:
        old, new = str(before.get(name) or ""), str(after.get(name) or "")
        if old == new:
            continue
        line: dict[str, Any] = {"label": labels[name], "before": old, "after": new, "segments": []}
        if name in LONG:
            line["segments"] = [{"kind": kind, "text": text} for kind, text in rules.segments(old, new)]
        found.append(line)
    return found
