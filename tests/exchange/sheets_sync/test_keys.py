"""Keys in the hidden column of a linked sheet."""

from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets_sync import keys
from tests.cast import as_system


def test_a_key_names_its_row_in_its_worksheet_of_its_link_only(db):
    with as_system():
        key, mark = keys.row_key(7, "clients", 12), keys.new_mark(7)
        assert keys.parse(7, "clients", key) == keys.SheetKey(number=12)
        assert keys.parse(7, "clients", mark).mark and mark.startswith("+")
        nothing = keys.SheetKey()
        for link, part, text in (
            (8, "clients", key),
            (7, "needs", key),
            (8, "clients", mark),
            (7, "clients", key[:-2]),
        ):
            assert keys.parse(link, part, text) == nothing
        assert keys.parse(7, "clients", "随便写的") == keys.parse(7, "clients", "+abc") == nothing


def test_a_key_still_names_its_row_when_a_version_adds_worksheets(db, monkeypatch):
    with as_system():
        key = keys.row_key(7, "needs", 12)
        order = row_keys.sheet_names()
        monkeypatch.setattr(row_keys, "sheet_names", lambda: ["tasks", *order])
        assert keys.parse(7, "needs", key) == keys.SheetKey(number=12)
