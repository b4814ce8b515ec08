"""Needs and preferences of clients: the 需求与偏好 worksheet."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.clients import choices
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class Needs(ClientRecorded):
    """A client's goal, term, expected return, bearable loss, likes and taboos; one row per client."""

    names = Names("需求与偏好", "Needs and preferences", "Needs and preferences", aliases=("Needs",))

    client_path = "client"
    searched = {"goal": TEXT, "likes": TEXT, "taboos": TEXT, "liquidity": TEXT}
    retention = TWENTY_YEARS

    client = field(
        models.OneToOneField(Client, on_delete=models.CASCADE, related_name="needs"),
        zh="客户",
        en="Client",
        listed=True,
    )
    goal = field(models.CharField(max_length=200, blank=True, default=""), zh="投资目标", en="Investment goal",
                 sensitivity=PERSONAL, listed=True, aliases=("理财目标", "目标"), example="资产保值增值")  # fmt: skip
    term = field(choice_field(choices.Horizon, blank=True, default=""), zh="投资期限", en="Term", listed=True,
                 aliases=("期限", "计划期限"))  # fmt: skip
    expected_return = field(
        models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True,
                            validators=[MinValueValidator(-1), MaxValueValidator(10)]),
        zh="期望收益", en="Expected return", unit="%", sensitivity=PERSONAL, listed=True, aliases=("期望年化收益",), example="5%",
    )  # fmt: skip
    bearable_loss = field(
        models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True,
                            validators=[MinValueValidator(0), MaxValueValidator(10)]),
        zh="可承受亏损", en="Bearable loss", unit="%", sensitivity=PERSONAL, listed=True,
        aliases=("最大可承受亏损", "可承受损失"), example="10%",
    )  # fmt: skip
    risk_preference = field(choice_field(choices.RiskLevel, blank=True, default=""), zh="风险偏好", en="Risk preference",
                            listed=True, aliases=("风险类型",), example="稳健型")  # fmt: skip
    likes = field(models.CharField(max_length=300, blank=True, default=""), zh="产品或服务喜好", en="Product and service likes",
                  sensitivity=PERSONAL, listed=True, aliases=("产品喜好", "服务喜好", "产品偏好", "服务偏好", "偏好产品"),
                  example="股票投资组合管理")  # fmt: skip
    taboos = field(models.CharField(max_length=300, blank=True, default=""), zh="禁忌", en="Taboos", sensitivity=PERSONAL,
                   listed=True, aliases=("忌讳", "不喜欢"), example="不接受晚间来电")  # fmt: skip
    liquidity = field(models.CharField(max_length=200, blank=True, default=""), zh="流动性需求", en="Liquidity need",
                      sensitivity=PERSONAL, aliases=("用钱计划",))  # fmt: skip
    noted_on = field(models.DateField(null=True, blank=True), zh="记录日期", en="Noted on")
    extra = custom_fields.store_field()
