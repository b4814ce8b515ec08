"""Terms of a margin contract: its lines, the top-up target ratio and its deadline in days."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _ratio(zh: str, en: str, example: str = "") -> Any:
    return field(models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20)]),
                 zh=zh, en=en, unit="%", listed=True, example=example)  # fmt: skip


class MarginTerms(ClientRecorded):
    """The terms of one margin contract as agreed. No line is set by law: empty means not agreed or not recorded."""

    names = Names("两融合同约定", "Terms of a margin contract", "Terms of margin contracts")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="margin_terms"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    contract = field(
        models.CharField(max_length=60), zh="两融合约编号", en="Margin contract", listed=True, example="RZ2026-0001"
    )
    warn_line = _ratio("约定警戒线", "Agreed warning line", "140%")
    close_line = _ratio("约定平仓线", "Agreed closing line", "130%")
    instant_line = _ratio("约定即时平仓线", "Agreed line of instant closing")
    withdraw_line = _ratio("约定提取线", "Agreed line of withdrawal", "300%")
    target_ratio = _ratio("补足至", "To be topped up to", "150%")
    topup_days = field(models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(60)]), zh="补足期限（交易日）",
                       en="Trading days to top up", listed=True)  # fmt: skip
    agreed_on = field(models.DateField(null=True, blank=True), zh="两融合同签署日期", en="Contract signed on")
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="两融合同备注", en="Note on the contract")

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "contract"], name="one_terms_a_contract")]
