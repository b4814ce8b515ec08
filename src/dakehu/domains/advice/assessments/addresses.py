"""The address of a questionnaire's link: signed, and with a secret of its own."""

from django.core import signing

from dakehu.domains.advice.models import QuestionnaireLink

SALT = "dakehu.questionnaire"


def path_of(row: QuestionnaireLink) -> str:
    """Return the address of a link below the desk's."""
    return f"/test/{signing.Signer(salt=SALT).sign_object([row.pk, row.secret])}/"


def read_token(token: str) -> tuple[int, str] | None:
    """Return (id, secret) of a token, None for one that was not signed here."""
    try:
        number, secret = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(number), str(secret)
