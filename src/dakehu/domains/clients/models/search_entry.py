"""The search table of everything that hangs on a client."""

from typing import Any

from django.db import models

from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access import scope
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.lookup import SearchWords


class SearchLine(models.Model):
    """What one row is found by. Derived: written beside the row itself (foundation.search.index), never by hand."""

    names = Names("搜索条目", "Search entry", "Search entries")

    client_path = "client"
    derived = True  # nothing depends on a line; it follows its row
    retention = TWENTY_YEARS

    # Its row has a client who exists, or is one: the database need not look once more for each line.
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=True, db_constraint=False)
    what = models.CharField(max_length=60)
    number = models.BigIntegerField()
    level = models.SmallIntegerField()
    words = SearchWords()

    objects: Any = scope.Scoped()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["what", "number"], name="search_line_row")]
