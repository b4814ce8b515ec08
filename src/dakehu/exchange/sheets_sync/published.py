"""Numbers of clients at a signed address, for `IMPORTDATA` of a sheet: no names, no codes, no group of fewer than five."""

import csv
import io
import secrets
from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.db.models import Count

from dakehu.exchange.sheets_sync.models import CountedBy, PublishedTable
from dakehu.foundation.access.actor import Actor, acting_as, actor_of, current_actor, serving_strangers
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.outgoing_sources import OutgoingSource, declare, outgoing_row
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SALT = "dakehu.published"
LONGEST = timedelta(days=90)
SMALLEST = 5  # clients of a group; smaller ones are combined
WHAT = bilingual("公开统计", "published table")
PUBLISHED = Parameter("published", "sheets_sync.PublishedTable", spec=FieldSpec("公开统计", "Published table"))

declare(
    OutgoingSource(
        "sheets.published",
        bilingual("公开统计", "Published tables"),
        bilingual("IMPORTDATA 读取的客户数，不含个人数据", "Numbers of clients for IMPORTDATA, nobody named"),
        order=25,
    )
)


@action(
    "sheets.publish",
    needs=Permission.CONNECTION_WRITE,
    zh="发布统计",
    en="Publish numbers",
    parameters=parameters_of("sheets_sync.PublishedTable", "name", "counted_by", "expires_on"),
    irreversible=bilingual(
        "地址只显示一次；凭地址无需登录即可读取，可随时停用。",
        "The address is shown once; whoever has it reads without signing in, until it is withdrawn.",
    ),
)
def publish(*, name: str, counted_by: str, expires_on: date) -> dict[str, Any]:
    """Publish numbers of the clients that the actor sees; return {published, name, path}, the path only this once.

    Raises Refused for a past day or one more than 90 days ahead.
    """
    if not clock.today() <= expires_on <= clock.today() + LONGEST:
        raise refusal("expires_on", "到期日须在今天起 90 天之内。", "It must lie within 90 days from today.")
    if PublishedTable.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    if current_actor().user_id is None:
        raise NotAllowed(bilingual("发布统计", "publish numbers"), Permission.CONNECTION_WRITE)
    row = PublishedTable(
        name=name,
        counted_by=counted_by,
        expires_on=expires_on,
        owner_id=current_actor().user_id,
        issue=secrets.token_hex(8),
    )
    row.save()
    return {
        "published": row.pk,
        "name": row.name,
        "path": f"/published/{signing.dumps([row.pk, row.issue], salt=SALT)}",
    }


@action(
    "sheets.withdraw",
    needs=Permission.CONNECTION_WRITE,
    zh="停用公开统计",
    en="Withdraw published numbers",
    parameters=(PUBLISHED,),
)
def withdraw(*, published: PublishedTable) -> PublishedTable:
    """End a published table: its address becomes invalid."""
    published.is_on = False
    published.save()
    return published


@query("sheets.published", needs=Permission.CONNECTION_READ, zh="公开统计", en="Published tables")
def list_published() -> list[dict[str, Any]]:
    """Return one row for each published table."""
    today = clock.today()
    return [
        outgoing_row(
            row.name,
            is_on=row.is_on and row.expires_on >= today,
            owner=row.owner.name,
            last_used=row.last_used_at,
            count=row.uses,
            detail=bilingual(
                "按{what}统计，{day} 到期",
                "By {what}, until {day}",
                what=CountedBy.text_of(str(row.counted_by)),
                day=row.expires_on.isoformat(),
            ),
            url="/connections/sheets/",
        )
        for row in PublishedTable.objects.select_related("owner").order_by("name")
    ]


@action(
    "sheets.record_reading",
    needs=Permission.CONNECTION_WRITE,
    zh="读取公开统计",
    en="Read published numbers",
    is_public=False,
)
def record_reading(*, published: PublishedTable) -> None:
    """Record one reading of a published table."""
    published.uses += 1
    published.last_used_at = clock.now()
    published.save()
    add_audit_note(published=published.name)


def read_published(token: str) -> str:
    """Return a published table as CSV. Raises NotFound for a forged, expired or withdrawn token."""
    row, owner = _get_published(token)
    with acting_as(owner):
        if not current_actor().may(Permission.CONNECTION_WRITE):
            raise NotFound(WHAT)
        record_reading(published=row)
        return _csv(row)


@serving_strangers("look up a published table by its address")
def _get_published(token: str) -> tuple[PublishedTable, Actor]:
    """Return the table of a token, and its owner with current permissions. Raises NotFound."""
    try:
        number, issue = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(WHAT) from error
    row = PublishedTable.objects.filter(pk=number, issue=issue, is_on=True).first()
    if row is None or row.expires_on < clock.today():
        raise NotFound(WHAT)
    return row, actor_of(row.owner_id, f"published table {row.name}")


def _csv(row: PublishedTable) -> str:
    """Return the numbers; groups of fewer than five combined, and omitted if the sum is still fewer."""
    clients = model_of("clients.Client")
    name = str(row.counted_by)
    counted = clients.objects.values(name).annotate(clients=Count("pk")).order_by(name)
    groups = [(_label(clients, name, one[name]), one["clients"]) for one in counted]
    shown = [(label, count) for label, count in groups if count >= SMALLEST]
    rest = sum(count for _, count in groups if count < SMALLEST)
    body = io.StringIO()
    writer = csv.writer(body)
    writer.writerow([CountedBy.text_of(name), bilingual("客户数", "Clients")])
    writer.writerows(shown)
    if rest >= SMALLEST:
        writer.writerow([bilingual("其他", "Others"), rest])
    return body.getvalue()


def _label(clients: Any, name: str, value: Any) -> str | Bilingual:
    """Return the label of a group; a text that would be a formula in a sheet is kept as text."""
    if value in (None, ""):
        return bilingual("未填写", "Not stated")
    choices = None if "__" in name else getattr(clients._meta.get_field(name), "choice_set", None)
    label = choices.text_of(str(value)) if choices is not None else str(value)
    return f"'{label}" if label[:1] in "=+-@" else label
