"""Contacts of a client, consents, and key dates."""

from django.db import models

from dakehu.domains.clients import choices
from dakehu.domains.clients.masks import is_masked, mask_account, mask_mail, mask_phone
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


def mask_contact(value: str) -> str:
    """Mask a contact of any kind: mail keeps its ends, numbers their first three and last four digits."""
    if is_masked(value):
        return value
    if "@" in value:
        return mask_mail(value)
    return mask_phone(value) if value.replace("-", "").replace("+", "").isdigit() else mask_account(value)


def last_four(value: str) -> str:
    """Return the last four characters of a contact, "" if it is too short."""
    digits = value if value.isdigit() else "".join(c for c in value if c.isdigit())
    return digits[-4:] if len(digits) >= 4 else ""


class Contact(ClientRecorded):
    """A contact of a client, unverified until the client was reached by it."""

    names = Names("联系方式", "Contact", "Contacts")

    client_path = "client"
    searched = {"person": TEXT, "position": TEXT, "remark": TEXT}
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contacts"),
        zh="客户",
        en="Client",
        listed=True,
    )
    kind = field(choice_field(choices.ContactKind), zh="联系方式类型", en="Channel", listed=True, aliases=("类型",))
    value = field(EncryptedTextField(mask=mask_contact), zh="联系方式", en="Contact", sensitivity=SECRET, mask=mask_contact, listed=True,
                  aliases=("联系电话", "号码"))  # fmt: skip
    value_index = BlindIndex(of="value")
    ending_index = BlindIndex(of="value", part=last_four)
    person = field(models.CharField(max_length=60, blank=True, default=""), zh="联系人", en="Contact person",
                   sensitivity=PERSONAL, listed=True)  # fmt: skip
    position = field(models.CharField(max_length=60, blank=True, default=""), zh="职务", en="Position", listed=True)
    verified = field(models.BooleanField(default=False), zh="已核实", en="Verified", listed=True)
    primary = field(models.BooleanField(default=False), zh="首选", en="Preferred", listed=True)
    remark = field(
        models.CharField(max_length=200, blank=True, default=""), zh="备注", en="Remark", sensitivity=PERSONAL
    )


class Consent(ClientRecorded):
    """A client's consent per purpose and channel; opt-outs are refusals."""

    names = Names("同意与拒绝", "Consent", "Consents")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents"),
        zh="客户",
        en="Client",
        listed=True,
    )
    purpose = field(choice_field(choices.Purpose), zh="用途", en="Purpose", listed=True)
    channel = field(choice_field(choices.ContactKind, blank=True, default=""), zh="渠道", en="Channel", listed=True,
                    help_zh="留空表示全部渠道", help_en="Empty means every channel")  # fmt: skip
    state = field(choice_field(choices.ConsentState), zh="意愿", en="Choice", listed=True)
    stated_on = field(models.DateField(), zh="日期", en="Date", listed=True)
    way = field(
        choice_field(choices.ConsentWay, blank=True, default=""), zh="取得方式", en="How it was stated", listed=True
    )
    text_version = field(
        models.CharField(max_length=20, blank=True, default=""), zh="告知文本版本", en="Version of the notice", listed=True,
        help_zh="客户看到的告知文本，见“合规 → 同意管理”", help_en="The notice that the client saw, see Compliance, Consents", example="marketing-2",
    )  # fmt: skip
    evidence = field(
        models.CharField(max_length=200, blank=True, default=""), zh="凭证", en="Evidence", sensitivity=PERSONAL
    )


class KeyDate(ClientRecorded):
    """A key date."""

    names = Names("重要日期", "Key date", "Key dates")

    client_path = "client"
    deduplicate_on_merge = True
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="key_dates"),
        zh="客户",
        en="Client",
        listed=True,
    )
    kind = field(choice_field(choices.DateKind), zh="类型", en="Kind", listed=True)
    on = field(models.DateField(), zh="日期", en="Date", sensitivity=PERSONAL, listed=True)
    yearly = field(models.BooleanField(default=True), zh="每年", en="Every year", listed=True)
    label = field(
        models.CharField(max_length=80, blank=True, default=""),
        zh="说明",
        en="Label",
        sensitivity=PERSONAL,
        listed=True,
    )
