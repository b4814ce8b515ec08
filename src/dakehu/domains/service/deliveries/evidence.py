"""The reviews of the texts that were to go to a client, as evidence of what was checked."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.wording.reviews import digest_of
from dakehu.domains.service.deliveries import client_text
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.evidence import EvidenceSource, declare
from dakehu.foundation.schema.fields import model_of


def reviews_of_texts(client: Any, since: date, until: date) -> list[Any]:
    """Return the reviews of the texts of a client's deliveries of a period. Inside an action only: texts are opened."""
    digests = set()
    for row in Delivery.objects.filter(client=client, recipient=None, created_at__date__range=(since, until)):
        subject, text, html = (value.open() if value else "" for value in (row.subject, row.text, row.html))
        digests.add(digest_of(client_text.words_of(subject, text, html)))
    rows = model_of("compliance.TextReview").objects
    return [review for part in chunks(sorted(digests)) for review in rows.filter(digest__in=part)]


declare(
    EvidenceSource(
        "service.text_reviews",
        bilingual("文本复核", "Text reviews"),
        reviews_of_texts,
        needs=Permission.WORDING_REVIEW,
    )
)
