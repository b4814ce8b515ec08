"""Small charts stay within their frame."""

import itertools
from datetime import date, timedelta

from dakehu.interfaces.web import drawing


def test_every_month_of_the_service_calendar_is_written_whole_and_clear_of_the_one_before():
    for week in range(53):
        first = date(2026, 1, 5) + timedelta(weeks=week)
        picture = drawing.calendar(first.isoformat(), {first.isoformat(): 1}, lambda day, count: day)
        places = [int(mark["x"]) for mark in picture["marks"]]
        assert places[-1] + drawing.LABEL_WIDTH <= int(picture["width"])
        assert all(after - before >= drawing.LABEL_WIDTH - 4 for before, after in itertools.pairwise(places))
