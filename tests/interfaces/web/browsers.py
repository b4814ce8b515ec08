"""A signed-in browser, and small workbooks, for tests of pages."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


def desk(user: Any) -> Client:
    """Return a browser signed in as this member of staff."""
    browser = Client(HTTP_ACCEPT="text/html")
    browser.force_login(user, backend=BACKEND)
    return browser


def table(*rows: list[Any], name: str = "客户.xlsx") -> SimpleUploadedFile:
    """Return an uploaded workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue())
