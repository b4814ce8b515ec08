"""Errors a user can cause, each with a message in both languages, and programming errors."""

from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual


class Refused(Exception):
    """A request cannot be carried out as given.

    `messages` maps a field name (or "" for the whole) to sentences with the fault and its remedy.
    """

    status = 400
    recorded_as = ""  # the name under which the audit records the refusal; "" if it is not recorded

    def __init__(self, messages: "dict[str, list[Bilingual | str]] | Bilingual | str") -> None:
        self.messages: dict[str, list[Bilingual | str]] = messages if isinstance(messages, dict) else {"": [messages]}
        super().__init__(messages)

    def __str__(self) -> str:
        return " ".join(str(text) for texts in self.messages.values() for text in texts)

    def as_plain(self) -> dict[str, list[str]]:
        """Return the messages in the reader's language: {field: [sentence]}."""
        return {name: [str(text) for text in texts] for name, texts in self.messages.items()}


def refusal(field_name: str, zh: str, en: str, **values: Any) -> Refused:
    """Return a refusal about one field, to be raised."""
    return Refused({field_name: [bilingual(zh, en, **values)]})


class NotAllowed(Refused):
    """The actor's role does not include the permission."""

    status = 403

    def __init__(self, what: Bilingual | str, needs: str) -> None:
        super().__init__(
            bilingual(
                "您的角色不能“{what}”（需要权限 {needs}）。如工作需要，请联系管理员。",
                "Your role may not “{what}” (it needs {needs}). Ask your administrator if your work requires it.",
                what=what,
                needs=bilingual("{label} {code}", "{label} {code}", label=needs.label, code=str(needs))
                if hasattr(needs, "label")
                else needs,
            )
        )


class NotQualified(Refused):
    """The actor lacks a qualification required by law or the firm for this action, in addition to the permission."""

    status = 403


class NotRegistered(NotQualified):
    """The actor lacks a registration."""


class NotCertified(NotQualified):
    """The actor lacks a certificate."""


class NotFound(Refused):
    """Nothing matches within the actor's scope. It does not disclose whether it exists elsewhere."""

    status = 404

    def __init__(self, what: Bilingual | str = "", key: Any = "") -> None:
        super().__init__(
            bilingual("找不到{what}{key}。", "No such {what} {key}.", what=what, key=f"“{key}”" if key != "" else "")
        )


class TooManyRequests(Refused):
    """A rate limit was exceeded; `wait` is the number of seconds before a retry."""

    status = 429

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(
            bilingual(
                "请求过于频繁，请在 {n} 秒后重试。",
                "Too many requests; try again in {n} seconds.",
                n=wait,
            )
        )


class Conflict(Refused):
    """The row has changed since it was read.

    `current` has its values by field, as visible to the reader. If both sides were compared (gates.concurrent_edit),
    `clashes` has by field the original, sent and stored values, plain and as text; `by` and `at` are the last writer
    and time ("" if unknown); `kept` are the labels of fields that only others changed.
    """

    status = 412

    def __init__(self, current: dict[str, Any] | None, version: int, row: Any = None) -> None:
        self.current, self.version, self.row = current or {}, version, row
        self.clashes: dict[str, dict[str, Any]] = {}
        self.kept: list[str] = []
        self.by = self.at = ""
        super().__init__(
            bilingual(
                "这条记录刚被他人修改，请核对当前内容后再保存。",
                "Somebody has changed this record meanwhile. Compare with the present values, then save again.",
            )
        )

    def as_details(self) -> dict[str, Any]:
        """Return the details sent with the messages: {row_version, current, fields, by, at, kept}."""
        return {
            "row_version": self.version,
            "current": self.current,
            "fields": self.clashes,
            "by": self.by,
            "at": self.at,
            "kept": self.kept,
        }


class NoActor(RuntimeError):
    """Client data was accessed without an actor: a programming error, never the user's."""


class WriteOutsideAction(RuntimeError):
    """A write without an open action: a programming error, never the user's."""


class Unscoped(RuntimeError):
    """A query would have read client rows outside the reader's scope: a programming error."""
