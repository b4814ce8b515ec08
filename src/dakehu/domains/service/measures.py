"""Figures of deliveries for operators of the desk."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count

from dakehu.domains.service.deliveries.kinds import WAITING
from dakehu.domains.service.models import Delivery
from dakehu.foundation.base import clock
from dakehu.foundation.schema.measures import Measure, declare_measures

OPEN = (*WAITING, "sending", "unknown")


def _deliveries() -> Iterator[Measure]:
    """Yield how many messages wait or are in doubt, by state, and how many failed permanently within a day."""
    counted = dict(Delivery.objects.filter(state__in=OPEN).order_by().values_list("state").annotate(number=Count("pk")))
    for state in OPEN:
        yield Measure(
            "deliveries", "Messages that wait or are in doubt, by state.", counted.get(state, 0), {"state": state}
        )
    since = clock.now() - timedelta(days=1)
    failed = Delivery.objects.filter(state="failed_final", due_at__gt=since).count()
    yield Measure("deliveries_failed_last_day", "Messages of the last day that failed for good.", failed)


declare_measures("service.deliveries", _deliveries)
