"""Praise (表扬): a text of one person about another. No points, no counts, not part of any score."""

from typing import Any

from django.db import models

from dakehu.domains.appraisal.choices import PraiseValue
from dakehu.domains.appraisal.visibility import OfPraise
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class Praise(Recorded):
    """What one person praises another for."""

    names = Names("表扬", "Praise", "Words of praise")
    objects: Any = OfPraise()

    to = field(
        models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="+"), zh="表扬对象", en="To", listed=True
    )
    value = field(choice_field(PraiseValue, default=PraiseValue.TEAMWORK), zh="表扬事由", en="For", listed=True)
    text = field(
        models.CharField(max_length=300), zh="表扬内容", en="Words", listed=True, example="帮我接待了两位临时到访的客户"
    )
    by = field(models.ForeignKey("team.User", null=True, on_delete=models.CASCADE, related_name="+"), zh="表扬人", en="From", listed=True,
               editable=False)  # fmt: skip
    on = field(models.DateField(), zh="表扬日期", en="On", listed=True, editable=False)

    class Meta(Recorded.Meta):
        ordering = ["-on", "-pk"]
