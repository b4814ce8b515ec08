"""Erase the texts to erased clients that were stored for review."""

from dakehu.domains.compliance.models import TextReview
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.records.bulk import remove_rows


def erase_reviews(erasure: Erasure) -> int:
    """Delete the reviewed texts that name one of the clients; return how many. Their decryption is recorded in the erasure action."""
    named = [row.pk for row in TextReview.objects.all() if erasure.names_one(row.text.open())]
    if named:
        remove_rows(TextReview, named)
    return len(named)


declare_eraser("reviewed_texts", erase_reviews)
