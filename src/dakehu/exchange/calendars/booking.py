"""Hours that a colleague publishes by a signed, expiring link, and the meeting that a client books in one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction

from dakehu.domains.service.calendar import actions as meetings
from dakehu.domains.service.calendar.effort import hours_of
from dakehu.domains.service.calendar.meetings import local, meetings_between
from dakehu.domains.service.calendar.sources import absences_between
from dakehu.exchange.calendars import booking_rules
from dakehu.exchange.calendars.actions import acting_person
from dakehu.exchange.calendars.models import BookedQuarter, Booking, BookingLink
from dakehu.foundation.access.actor import acting_as, actor_of, current_actor, elevated, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.notices import NoticeSource, declare, notice
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SALT = "dakehu.booking"
LONGEST = 90  # days that a link is valid
NEWS = timedelta(days=7)  # how long a booking is shown in the notifications
NOTICES = "calendars.new_bookings"
CLIENT = Parameter(
    "client",
    "clients.Client",
    required=False,
    spec=FieldSpec(
        "客户",
        "Client",
        help_zh="留空则任何收到链接的人都可预约",
        help_en="Left empty: whoever has the link may book",
    ),
)
LINK = Parameter("booking_link", "calendars.BookingLink", spec=FieldSpec("预约链接", "Booking link"))


class LinkGone(NotFound):
    """A link that is wrong, expired, revoked or used up; which of these is not disclosed."""


@action(
    "calendars.publish_hours",
    needs=Permission.CALENDARS_OWN,
    zh="开放预约时间",
    en="Publish bookable hours",
    parameters=(
        parameters_of("calendars.BookingLink", "purpose"),
        parameters_of("calendars.BookingLink", optional=("minutes", "days_ahead", "most", "expires_on")),
        CLIENT,
    ),
    irreversible=bilingual("链接发出后不能撤销，只能停用。", "A link cannot be taken back, only revoked."),
)
def publish_hours(*, purpose: str, expires_on: date | None = None, client: Any = None, **values: Any) -> dict[str, Any]:
    """Publish the actor's free hours by a link, for one client or any holder; valid for 14 days by default, 90 at most.

    Returns {id, path, expires_on}.
    """
    today = clock.today()
    last = expires_on or today + timedelta(days=14)
    if not today <= last <= today + timedelta(days=LONGEST):
        raise refusal("expires_on", "到期日须在今天起 {n} 天之内。", "It must expire within {n} days.", n=LONGEST)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    row = BookingLink(owner=acting_person(), purpose=purpose, expires_on=last, **given)
    row.client_ref = client.pk if client is not None else None
    row.save()
    return {"id": row.pk, "path": path_of(row), "expires_on": last.isoformat()}


def path_of(row: BookingLink) -> str:
    """Return the path of a link, relative to the desk's address."""
    return f"/book/{signing.Signer(salt=SALT).sign_object([row.pk, row.expires_on.toordinal()])}/"


@action(
    "calendars.revoke_hours",
    needs=Permission.CALENDARS_OWN,
    zh="停用预约链接",
    en="Revoke a booking link",
    parameters=(LINK,),
)
def revoke_hours(*, booking_link: BookingLink) -> BookingLink:
    """Revoke one of the actor's links; booked meetings remain."""
    if booking_link.owner_id != current_actor().user_id:
        raise NotFound(bilingual("预约链接", "booking link"))
    booking_link.is_revoked = True
    booking_link.save()
    return booking_link


@query("calendars.booking_links", needs=Permission.CALENDARS_OWN, zh="预约链接", en="Booking links")
def list_links() -> list[dict[str, Any]]:
    """Return the actor's valid links: [{id, purpose, client, minutes, expires_on, booked, most, path}]."""
    rows = BookingLink.objects.filter(owner_id=current_actor().user_id, is_revoked=False, expires_on__gte=clock.today())
    clients = _clients(row.client_ref for row in rows)
    clearance = current_actor().clearance
    return [
        {
            "id": row.pk,
            "purpose": row.purpose,
            "client": name_of(clients[row.client_ref], clearance) if row.client_ref in clients else "",
            "has_client": row.client_ref is not None,
            "minutes": row.minutes,
            "expires_on": row.expires_on,
            "booked": row.bookings.count(),
            "most": row.most,
            "path": path_of(row),
        }
        for row in rows.order_by("-pk")
    ]


@contextmanager
def acting_for_booking(token: str) -> Iterator[BookingLink]:
    """Act as the owner of a link while a client books. Raises LinkGone for an invalid link.

    A link ends with its owner's account, with the owner's permission to arrange meetings, and when its client is
    transferred.
    """
    gone = LinkGone(bilingual("可用的预约链接", "working booking link"))
    try:
        number, _ = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise gone from None
    with acting_as(system_actor("open a booking link", "web")):
        row = BookingLink.objects.filter(pk=number).select_related("owner").first()
        if row is None or row.is_revoked or row.expires_on < clock.today() or not row.owner.is_active:
            raise gone
        actor = actor_of(row.owner_id, "a client books a free hour")
    if not actor.may(Permission.PLAN_WRITE):
        raise gone
    with acting_as(actor):
        if row.client_ref and row.client_ref not in _clients([row.client_ref]):
            raise gone
        yield row


def _clients(refs: Iterable[int | None]) -> dict[int, Any]:
    """Return {id: client} of those visible to the actor."""
    ids = sorted({ref for ref in refs if ref is not None})
    rows: Any = model_of("clients.Client").objects.filter(pk__among=ids) if ids else ()
    return {row.pk: row for row in rows}


def offered_starts(row: BookingLink) -> dict[date, list[datetime]]:
    """Return {day: starts} that a link offers now, none once it is used up."""
    if row.bookings.count() >= row.most:
        return {}
    now = local(clock.now())
    last = now.date() + timedelta(days=row.days_ahead)
    open_days = set(trading_days.trading_days_between(now.date(), last))
    user = row.owner_id
    with elevated("when a colleague is busy, without what the colleague does"):
        held = meetings_between(now.date(), last, [user])
        away = absences_between(now.date(), last, [user])
    busy = [(one.starts, one.ends) if not one.row.all_day else _days(one.starts, one.ends) for one in held]
    busy += [
        _days(datetime.combine(one.first_on, datetime.min.time()), datetime.combine(one.last_on, datetime.min.time()))
        for one in away
    ]
    return booking_rules.free_starts(
        hours_of([user])[user], lambda day: day in open_days, busy, row.minutes, now, row.days_ahead
    )


def _days(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    return first, last + timedelta(days=1)


def book(token: str, starts: datetime, name: str = "", remark: str = "") -> Booking:
    """Book a free hour of a link (local, without zone). Raises LinkGone, and Refused for an hour taken since."""
    with acting_for_booking(token) as row:
        return book_hour(link=row, starts=starts, name=name, remark=remark)


@action(
    "calendars.book",
    needs=Permission.PLAN_WRITE,
    zh="客户预约",
    en="A client books an hour",
    is_public=False,
)
def book_hour(*, link: BookingLink, starts: datetime, name: str = "", remark: str = "") -> Booking:
    """Book a meeting in a free hour; a constraint on its quarter hours prevents double bookings."""
    if link.client_ref is None and not name.strip():
        raise refusal("name", "请填写您的称呼。", "State your name.")
    if starts not in offered_starts(link).get(starts.date(), ()):
        raise _slot_taken_refusal()
    link.save()  # serialises the bookings of a link
    client = _clients([link.client_ref]).get(link.client_ref or 0)
    row = meetings.plan_meeting(
        subject=link.purpose,
        starts_at=clock.at_local(starts),
        ends_at=clock.at_local(starts + timedelta(minutes=link.minutes)),
        client=client,
        kind="internal" if client is None else "office",
        guests=name.strip()[:60] if client is None else None,
        agenda=remark.strip()[:200],
    )
    booking = Booking(link=link, meeting_ref=row.pk, starts_at=row.starts_at, booked_at=clock.now())
    booking.save()
    _free_stale(link.owner_id, row.starts_at, row.ends_at)
    try:
        with transaction.atomic():
            for moment in booking_rules.quarters(starts, link.minutes):
                BookedQuarter(booking=booking, user_id=link.owner_id, starts_at=clock.at_local(moment)).save()
    except IntegrityError:
        raise _slot_taken_refusal() from None
    add_audit_note(booking=booking.pk)
    return booking


def _slot_taken_refusal() -> Refused:
    return refusal("starts", "这个时间刚被约走或不再空闲，请另选。", "That hour has just been taken; choose another.")


def _free_stale(user: int, starts: datetime, ends: datetime) -> None:
    """Release the quarter hours of bookings whose meeting was cancelled, moved or undone."""
    held = BookedQuarter.objects.filter(user_id=user, is_free=False, starts_at__lt=ends, starts_at__gte=starts)
    for quarter in held.select_related("booking"):
        with elevated("whether a booked hour still stands"):
            row = (
                model_of("service.Meeting")
                .objects.filter(pk=quarter.booking.meeting_ref)
                .exclude(state="cancelled")
                .first()
            )
        if row is None or row.ends_at <= quarter.starts_at or row.starts_at > quarter.starts_at + booking_rules.QUARTER:
            quarter.is_free = True
            quarter.save()


@query(NOTICES, needs="", zh="新预约提醒", en="Notices of new bookings")
def new_bookings() -> list[dict[str, Any]]:
    """Return the bookings that clients made with the actor in the past week, newest first."""
    rows = Booking.objects.filter(
        link__owner_id=current_actor().user_id, booked_at__gte=clock.now() - NEWS
    ).select_related("link")
    latest = list(rows.order_by("-pk")[:20])
    clients = _clients(row.link.client_ref for row in latest)
    clearance = current_actor().clearance
    found = []
    for row in latest:
        client = clients.get(row.link.client_ref or 0)
        at = f"{local(row.starts_at):%m-%d %H:%M}"
        words = ("{who}预约了 {at}", "{who} booked {at}")
        who = name_of(client, clearance) if client is not None else str(bilingual("有客户", "A client"))
        code = client.code if client is not None else str(bilingual("有客户", "A client"))
        found.append(
            notice(
                f"{NOTICES}:{row.pk}",
                bilingual(*words, who=who, at=at),
                at=row.booked_at.isoformat(),
                url=f"/calendar/meetings/{row.meeting_ref}/",
                outside=bilingual(*words, who=code, at=at),
            )
        )
    return found


declare(NoticeSource(NOTICES, bilingual("新预约", "New bookings"), "calendar", order=35))
