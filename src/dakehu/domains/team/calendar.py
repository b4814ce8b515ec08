"""Action on the trading calendar."""

from datetime import date

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.calendar.models import CalendarDay
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of


@action(
    "team.set_trading_day",
    needs=Permission.SYSTEM_WRITE,
    zh="维护交易日历",
    en="Set a day of the trading calendar",
    parameters=(
        parameters_of("foundation.CalendarDay", "on", "trading", optional=("note",)),
        Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version")),
    ),
)
def set_trading_day(*, on: date, trading: bool, note: str = "", version: int | None = None) -> CalendarDay:
    """Set whether the exchanges trade on a day, replacing any earlier entry for the day."""
    row = CalendarDay.objects.filter(on=on).first() or CalendarDay(on=on, trading=trading)
    if row.pk:
        check_version(row, version)
    row.trading, row.note = trading, note or ""
    row.save()
    return row
