"""The actor's preferences for reminders outside the desk: when, in which hours, and snooze."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.deliveries.kinds import StaffChannel
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.service.deliveries.settings_actions import check_times
from dakehu.domains.service.models import NoticeAddress, NoticePreference
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, editable_fields
from dakehu.foundation.schema.parameters import Fields, Parameter

TIMES = ("digest_at", "quiet_from", "quiet_until")
MOST_HOURS = 24 * 31


def preference_of(user: int | None) -> NoticePreference:
    """Return a user's preferences for reminders, an unsaved row of defaults before the first change."""
    found: NoticePreference | None = NoticePreference.objects.filter(user_id=user).first()
    return found or NoticePreference(user_id=user)


@query("service.notice_settings", needs="", zh="我的提醒设置", en="My settings of notices")
def notice_settings() -> dict[str, Any]:
    """Return the actor's settings of notices, and masked addresses.

    {every setting, snoozed_until, addresses: [{id, channel, channel_text, address, is_on, is_confirmed}], mail_is_on}.
    """
    me = current_actor().user_id
    row = preference_of(me)
    rows = NoticeAddress.objects.filter(user_id=me).order_by("pk")
    is_snoozed = row.snoozed_until is not None and row.snoozed_until > clock.now()
    return {
        **{name: getattr(row, name) for name in editable_fields("service.NoticePreference")},
        "snoozed_until": row.snoozed_until if is_snoozed else None,
        "addresses": [
            {
                "id": one.pk,
                "channel": str(one.channel),
                "channel_text": StaffChannel.text_of(str(one.channel)),
                "address": one.address.masked(),
                "is_on": one.is_on,
                "is_confirmed": one.confirmed_at is not None,
            }
            for one in rows
        ],
        "mail_is_on": message_settings().mail_on,
    }


@action(
    "service.set_notice_preferences",
    needs="",
    zh="修改我的提醒设置",
    en="Change my settings of notices",
    parameters=(Fields("service.NoticePreference"),),
    offers_undo=False,
)
def set_notice_preferences(**values: Any) -> NoticePreference:
    """Change when and in which hours the actor is reminded outside the desk. Raises Refused for an invalid time."""
    row = preference_of(current_actor().user_id)
    check_times(values, TIMES)
    if "digest_at" in values and not values["digest_at"]:
        raise refusal("digest_at", "请填写汇总时间。", "State the time of the digest.")
    for name, value in values.items():
        column: Any = NoticePreference._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    row.save()
    return row


@action(
    "service.snooze_notices",
    needs="",
    zh="暂停我的提醒",
    en="Snooze my notices",
    parameters=(
        Parameter("hours", kind="integer", spec=FieldSpec("小时", "Hours", help_zh="0 为恢复", help_en="0 ends it")),
    ),
    offers_undo=False,
)
def snooze_notices(*, hours: int) -> NoticePreference:
    """Snooze the actor's reminders outside the desk for some hours, 0 to end; those in the desk are unaffected."""
    if not 0 <= hours <= MOST_HOURS:
        raise refusal("hours", "应为 0–{n}。", "Must be 0 to {n}.", n=MOST_HOURS)
    row = preference_of(current_actor().user_id)
    row.snoozed_until = clock.now() + timedelta(hours=hours) if hours else None
    row.save()
    return row
