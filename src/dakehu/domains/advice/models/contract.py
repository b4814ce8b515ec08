"""Contracts of investment advice (投顾协议) with clients."""

from django.db import models

from dakehu.domains.advice.contracts.choices import ContractState
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class AdvisoryContract(ClientRecorded):
    """A contract as it was signed. `ended_on` is the day on which the client's written notice was received, or its last day."""

    names = Names("投顾协议", "Advisory contract", "Advisory contracts")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="advisory_contracts"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    number = field(
        models.CharField(max_length=80), zh="协议编号", en="Number of the contract", listed=True, example="TG-2026-0042"
    )
    signed_on = field(models.DateField(), zh="协议签订日期", en="Contract signed on", listed=True)
    ends_on = field(models.DateField(null=True, blank=True), zh="协议到期日", en="Contract ends on", listed=True)
    fee_terms = field(models.CharField(max_length=200, blank=True, default=""), zh="收费约定", en="Terms of fees",
                      help_zh="服务费须付至公司账户", help_en="Fees go to the firm's account only")  # fmt: skip
    state = field(choice_field(ContractState, default=ContractState.IN_FORCE), zh="协议状态", en="State of the contract", listed=True,
                  editable=False)  # fmt: skip
    ended_on = field(models.DateField(null=True, blank=True), zh="终止日期", en="Ended on", listed=True, editable=False)
    end_reference = field(models.CharField(max_length=120, blank=True, default=""), zh="终止文件编号", en="Reference of the notice",
                          editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "-signed_on"], name="contracts_of_client")]

    def __str__(self) -> str:
        return self.number
