"""The model of the trading calendar."""

from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names


class CalendarDay(Recorded):
    """A day on which trading differs from the weekday rule, or the last known day of the calendar."""

    names = Names("交易日历", "Day of the trading calendar", "Trading calendar")

    on = field(models.DateField(unique=True), zh="日期", en="Date", listed=True)
    trading = field(models.BooleanField(), zh="是否交易", en="Trading", listed=True)
    note = field(models.CharField(max_length=80, blank=True, default=""), zh="说明", en="Note", listed=True)
    lookup_fields = ("on",)
