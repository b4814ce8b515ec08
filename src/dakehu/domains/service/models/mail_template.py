"""Templates of mails to clients. A changed template is a new version; the earlier ones stay for the mails sent by them."""

from django.db import models
from django.db.models import Q

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class TemplateLanguage(Choices):
    """The language of a template."""

    ZH = "zh", "中文", "Chinese", ("汉语",)
    EN = "en", "英文", "English"


class MailTemplate(Recorded):
    """A template of mails: `{{客户姓名}}` and other fields of the client are filled in when it is used.

    `series` is the id of the first version; one version of a series is current, none once it is retired.
    """

    names = Names("邮件模板", "Mail template", "Mail templates")

    name = field(models.CharField(max_length=80), zh="名称", en="Name", listed=True, example="季度回顾邀约")
    language = field(choice_field(TemplateLanguage, default=TemplateLanguage.ZH), zh="语言", en="Language", listed=True)
    subject = field(
        models.CharField(max_length=300), zh="主题", en="Subject", listed=True, example="{{客户姓名}}，您的季度回顾"
    )
    text = field(
        models.TextField(), zh="正文", en="Text",
        help_zh="可用 {{客户姓名}}、{{客户经理}}、{{日期}} 和客户资料里的字段名",
        help_en="Use {{Client name}}, {{manager}}, {{date}} and the names of fields of the client",
    )  # fmt: skip
    edition = field(models.PositiveIntegerField(default=1), zh="版次", en="Edition", listed=True, editable=False)
    series = models.BigIntegerField(null=True)
    is_current = field(models.BooleanField(default=True), zh="在用", en="In use", listed=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series"], condition=Q(is_current=True), name="one_current_mail_template"),
        ]

    def __str__(self) -> str:
        return self.name
