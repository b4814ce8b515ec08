"""Who sees a case of distress: readers of the client but the person complained about; if confidential, the office."""

from typing import Any

from django.db.models import Q

from dakehu.foundation.access import scope

OFFICE = "care.survey_office"


class OfRegister(scope.Scoped):
    """Cases of visible clients; those of a confidential survey for the survey office only, none about the reader."""

    def get_queryset(self) -> Any:
        rows, actor = super().get_queryset(), scope.current_actor()
        if actor.is_system:
            return rows
        if not actor.may(OFFICE):
            rows = rows.filter(is_office_only=False)
        return rows.filter(Q(withheld_from=None) | ~Q(withheld_from=actor.user_id))
