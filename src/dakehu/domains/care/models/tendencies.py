"""Clients' remarks on tendencies: corrections in the client's own words."""

from django.db import models

from dakehu.domains.care.tendencies.choices import TendencyName
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class TendencyRemark(ClientRecorded):
    """A client's own words about what the page of tendencies shows; it is shown next to the figures and changes none."""

    names = Names("客户对倾向的说明", "Client's remark on a tendency", "Clients' remarks on tendencies")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="tendency_remarks"),
                   zh="客户", en="Client", listed=True)  # fmt: skip
    tendency = field(choice_field(TendencyName), zh="所说明的倾向", en="Tendency", listed=True)
    text = field(models.TextField(max_length=2000), zh="客户说明", en="The client's words", sensitivity=PERSONAL,
                 example="那几次卖出是为了付房款")  # fmt: skip
    said_on = field(models.DateField(default=clock.today), zh="说明日期", en="Said on", listed=True)

    def __str__(self) -> str:
        return f"{self.tendency} {self.said_on.isoformat()}"
