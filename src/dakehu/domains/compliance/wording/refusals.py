"""Refuse, at input, a text for a client that contains words which may not be sent to one."""

from dakehu.domains.compliance.wording.queries import check_wording
from dakehu.foundation.base.errors import refusal


def refuse_blocked_words(text: str, parameter: str) -> None:
    """Raise Refused for a parameter with words that may not be sent to a client, naming each with its remedy."""
    hits = [hit for hit in check_wording(text=text)["hits"] if hit["severity"] == "BLOCK"]
    if hits:
        raise refusal(
            parameter,
            "含有不得发给客户的用语：{words}。请修改后再答复。",
            "These words may not go to a client: {words}. Change them first.",
            words=list(dict.fromkeys(hit["text"] for hit in hits)),
        )
