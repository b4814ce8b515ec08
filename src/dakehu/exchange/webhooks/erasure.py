"""Erase old messages to other programs along with a client: their encrypted bodies contain events about clients."""

from datetime import timedelta

from dakehu.exchange.webhooks.models import Message, MessageState
from dakehu.foundation.base import clock
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.records.bulk import remove_rows

OLDER = timedelta(days=90)  # a restricted client causes no messages, and retention takes longer
WAITING = (MessageState.QUEUED.value, MessageState.RETRYING.value)


def erase_messages(erasure: Erasure) -> int:
    """Delete all ended messages older than ninety days, of any subject, without decrypting; return the count."""
    old = Message.objects.filter(created_at__lt=clock.now() - OLDER).exclude(state__in=WAITING)
    numbers = list(old.values_list("pk", flat=True)) if erasure.clients else []
    if numbers:
        remove_rows(Message, numbers)
    return len(numbers)


declare_eraser("webhooks", erase_messages)
