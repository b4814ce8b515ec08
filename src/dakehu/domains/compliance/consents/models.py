"""The notices that clients saw before they consented, by purpose and version."""

from django.db import models

from dakehu.domains.clients.choices import Purpose
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class ConsentText(Recorded):
    """One version of the notice of a purpose, in force from a day until the next version is; never changed afterwards."""

    names = Names("同意告知文本", "Notice of consent", "Notices of consent")

    purpose = field(choice_field(Purpose), zh="告知用途", en="Purpose of the notice", listed=True)
    code = field(
        models.CharField(max_length=20, unique=True),
        zh="文本版本",
        en="Version of the text",
        listed=True,
        editable=False,
    )
    text_zh = field(models.TextField(max_length=4000), zh="告知文本（中文）", en="Notice in Chinese",
                    help_zh="写明处理者、目的、方式、种类、保存期限和行使权利的方式", help_en="Who, why, how, what, how long, and how to object")  # fmt: skip
    text_en = field(
        models.TextField(max_length=4000, blank=True, default=""), zh="告知文本（英文）", en="Notice in English"
    )
    effective_from = field(
        models.DateField(default=clock.today), zh="文本生效日期", en="Notice in force from", listed=True
    )

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["purpose", "effective_from"], name="one_notice_of_a_purpose_a_day")
        ]

    def __str__(self) -> str:
        return self.code
