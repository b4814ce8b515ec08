"""The server, an editing user and a linked sheet, for every test of this folder."""

from tests.exchange.sheets_sync.desks import desk, google, linked, person, without_waiting  # noqa: F401
