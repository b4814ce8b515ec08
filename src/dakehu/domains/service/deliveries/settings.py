"""The settings of messages in force: the stored row, or the defaults before the first change."""

from dakehu.domains.service.models import MessageSettings


def message_settings() -> MessageSettings:
    """Return the stored settings, or an unsaved row of defaults."""
    found: MessageSettings | None = MessageSettings.objects.first()
    return found or MessageSettings()
