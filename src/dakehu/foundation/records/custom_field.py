"""Definitions of custom fields."""

from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.custom_fields import HOSTS
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class FieldKind(Choices):
    """Kind of a custom field."""

    TEXT = "text", "文本", "Text"
    LONG = "long", "长文本", "Long text"
    WHOLE = "whole", "整数", "Whole number"
    AMOUNT = "amount", "金额", "Amount"
    PERCENT = "percent", "百分比", "Percent"
    DATE = "date", "日期", "Date"
    YESNO = "yesno", "是或否", "Yes or no"
    ONE = "one", "单选", "One of a list"
    SEVERAL = "several", "多选", "Several of a list"


class Openness(Choices):
    """Sensitivity of a custom field."""

    PUBLIC = "public", "一般", "Public"
    PERSONAL = "personal", "个人信息（对无权限者打码）", "Personal (masked without clearance)"
    SECRET = "secret", "机密（加密存放）", "Secret (stored encrypted)"


class CustomField(Recorded):
    """A field added to a table by an administrator (see schema.custom_fields). Archived, never deleted."""

    names = Names("自定义字段", "Custom field", "Custom fields")

    model = field(choice_field(HOSTS, default="clients.Client"), zh="所属", en="Belongs to", listed=True)
    name = field(models.CharField(max_length=60), zh="程序名", en="Name for programs", listed=True)
    zh = field(models.CharField(max_length=40), zh="中文名称", en="Chinese name", listed=True, example="首选联系时段")
    en = field(
        models.CharField(max_length=60), zh="英文名称", en="English name", listed=True, example="Preferred hours"
    )
    kind = field(choice_field(FieldKind, default=FieldKind.TEXT), zh="类型", en="Kind", listed=True)
    options = models.JSONField(default=list)
    sensitivity = field(choice_field(Openness, default=Openness.PUBLIC), zh="敏感级别", en="Sensitivity", listed=True)
    seen_by = models.CharField(max_length=120, blank=True, default="")
    edited_by = models.CharField(max_length=120, blank=True, default="")
    required = field(models.BooleanField(default=False), zh="新建时必填", en="Required of a new row", listed=True)
    listed = field(
        models.BooleanField(default=False), zh="默认显示在列表中", en="Shown in lists by default", listed=True
    )
    aliases = models.JSONField(default=list)
    help_zh = field(models.CharField(max_length=200, blank=True, default=""), zh="中文说明", en="Help in Chinese")
    help_en = field(models.CharField(max_length=200, blank=True, default=""), zh="英文说明", en="Help in English")
    position = field(models.PositiveSmallIntegerField(default=0), zh="次序", en="Position", listed=True)
    archived = field(models.BooleanField(default=False), zh="已停用", en="Archived", listed=True)
    lookup_fields = ("name",)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="one_custom_field_of_a_name")]

    def __str__(self) -> str:
        return str(self.name)
