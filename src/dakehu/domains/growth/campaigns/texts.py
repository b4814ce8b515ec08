"""The texts of a campaign: which one a client receives, with the client's fields filled in."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.growth.choices import CampaignKind, CampaignLanguage
from dakehu.domains.growth.models import Campaign, CampaignMessage
from dakehu.domains.service.deliveries import client_text
from dakehu.domains.service.deliveries.client_rules import Refusal
from dakehu.domains.service.deliveries.kinds import AUTOMATIC, DeliveryChannel, DeliveryKind
from dakehu.domains.service.mail.template_text import fill, fold_name, placeholders_of
from dakehu.domains.service.mail.templates import known_placeholders, values_for
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import model_of

CHANNELS = {
    DeliveryChannel.MAIL.value: "mail",
    DeliveryChannel.TEXT_MESSAGE.value: "mobile",
    DeliveryChannel.WECHAT.value: "wechat",
}
KINDS = {CampaignKind.OFFER.value: DeliveryKind.CAMPAIGN.value, CampaignKind.DUTY.value: DeliveryKind.DUTY.value}

Texts = dict[tuple[str, str], CampaignMessage]  # by channel and language


def delivery_kind(campaign: Campaign) -> str:
    """Return the kind of delivery of the texts of a campaign."""
    return KINDS[str(campaign.kind)]


def texts_of(campaign: Campaign) -> Texts:
    """Return the texts of a campaign by channel and language."""
    rows = CampaignMessage.objects.filter(campaign=campaign).order_by("pk")
    return {(str(row.channel), str(row.language)): row for row in rows}


def check_text(channel: str, subject: str, body: str) -> None:
    """Raise Refused for a channel without client addresses, and for a placeholder that is not a client field."""
    if channel not in CHANNELS:
        raise refusal("channel", "请选择邮件、短信或微信。", "Choose mail, text message or WeChat.")
    known = known_placeholders()
    unknown = [name for name in placeholders_of(subject, body) if fold_name(name) not in known]
    if unknown:
        raise refusal(
            "body",
            "没有这样的字段：{names}。请使用客户资料里的字段名，如 {{{{客户姓名}}}}。",
            "No such field: {names}. Use names of fields of the client, such as {{{{Client name}}}}.",
            names=unknown,
        )


def channels_of(texts: Texts) -> list[str]:
    """Return the channels that have a text, those that the desk can send on first."""
    present = {channel for channel, _ in texts}
    return sorted(present, key=lambda one: (one not in AUTOMATIC, list(CHANNELS).index(one)))


def channel_by_client(clients: Iterable[int], texts: Texts) -> dict[int, str]:
    """Return {client: the first channel with a text and an address of the client}; clients without one are left out."""
    channels, found = channels_of(texts), dict[int, str]()
    for numbers in chunks(set(clients)):
        rows = model_of("clients.Contact").objects.filter(
            client_id__among=numbers, kind__in=[CHANNELS[one] for one in channels]
        )
        kinds = {(number, str(kind)) for number, kind in rows.values_list("client_id", "kind")}
        for number in numbers:
            way = next((one for one in channels if (number, CHANNELS[one]) in kinds), "")
            if way:
                found[number] = way
    return found


def english_readers(campaign: Campaign, clients: Iterable[int]) -> set[int]:
    """Return the clients with the tag for the English text."""
    if not campaign.english_tag:
        return set()
    found: set[int] = set()
    for numbers in chunks(set(clients)):
        rows = model_of("clients.ClientTag").objects.filter(client_id__among=numbers, tag__name=campaign.english_tag)
        found |= set(rows.values_list("client_id", flat=True))
    return found


def text_for(texts: Texts, channel: str, language: str) -> CampaignMessage | None:
    """Return the text of a channel in a language, else in the other one; None without any."""
    order = (language, *(one.value for one in CampaignLanguage if one.value != language))
    return next((texts[channel, one] for one in order if (channel, one) in texts), None)


def fill_message(message: CampaignMessage, client: Any) -> tuple[str, str]:
    """Return (subject, text) of a message for a client as the actor sees the client."""
    values = values_for(client)
    return fill(message.subject, values), fill(message.body, values)


def wording_refusals(message: CampaignMessage, kind: str) -> list[Refusal]:
    """Return the wording refusals of a text, with its placeholders treated as filled."""
    plain = {fold_name(name): "—" for name in placeholders_of(message.subject, message.body)}
    return client_text.refusals(f"{fill(message.subject, plain)}\n{fill(message.body, plain)}", kind)
