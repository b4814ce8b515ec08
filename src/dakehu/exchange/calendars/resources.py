"""Resources of external calendars for pages: the parameters that identify them."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource("calendars.CalendarLink", key="calendar", list="calendars.list"),
    Resource("calendars.BookingLink", key="booking_link", list="calendars.booking_links"),
)
