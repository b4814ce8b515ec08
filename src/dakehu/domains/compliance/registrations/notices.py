"""Notifications: registrations that end soon or have ended, for the person and for compliance."""

from typing import Any

from dakehu.domains.compliance.registrations.choices import RegistrationKind
from dakehu.domains.compliance.registrations.queries import due_registrations
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

ENDING = "compliance.registration_notices"


@query(ENDING, needs=Permission.REGISTRATION_READ, zh="执业登记到期提醒", en="Reminders of registrations")
def registration_notices() -> list[dict[str, Any]]:
    """Return one notice for each registration that ends soon or has ended: one's own, and for compliance all."""
    actor, today = current_actor(), clock.today()
    sees_all = actor.may(Permission.REGISTRATION_WRITE)
    return [
        notice(
            f"{ENDING}:{row.pk}:{row.valid_to}:{row.valid_to < today}",
            bilingual(
                "{name}的“{kind}”登记有效至 {day}，请办理续期或核对",
                "The registration of {name} as “{kind}” lasts until {day}; renew or check it",
                name=row.user.name,
                kind=RegistrationKind(str(row.kind)).label,
                day=row.valid_to.isoformat(),
            ),
            at=today.isoformat(),
            url="/compliance/registrations/",
            tone="bad" if row.valid_to < today else "warn",
        )
        for row in due_registrations()
        if sees_all or row.user_id == actor.user_id
    ]


declare(NoticeSource(ENDING, bilingual("执业登记到期", "Registrations that end"), "shield-check", order=35))
