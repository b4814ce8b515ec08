"""The search table of clients and their related rows."""

from typing import Any

from django.db import models

from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access import scope
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.lookup import SearchWords


class SearchLine(models.Model):
    """The search tokens of one row. Derived: written with the row (foundation.search.index) only."""

    names = Names("搜索条目", "Search entry", "Search entries")

    client_path = "client"
    derived = True  # nothing depends on a line; it follows its row
    retention = TWENTY_YEARS

    # The row's client exists, or is the row: the database need not check it again for each line.
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=True, db_constraint=False)
    what = models.CharField(max_length=60)
    number = models.BigIntegerField()
    words = SearchWords()

    objects: Any = scope.Scoped()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["what", "number"], name="search_line_row")]
