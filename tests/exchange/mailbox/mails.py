"""Mails as clients and colleagues write them, for the tests."""

from email.message import EmailMessage
from email.policy import SMTP


def mail(
    sender: str,
    to: str,
    subject: str = "关于持仓",
    text: str = "请尽快联系我。",
    *,
    number: str = "",
    date: str = "Fri, 27 Nov 2026 10:15:00 +0800",
    answers: tuple[str, ...] = (),
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """Return a mail as bytes. `number` forms its Message-ID, `answers` are numbers of earlier mails, oldest first."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"], made["Date"] = sender, to, subject, date
    made["Message-ID"] = f"<{number or abs(hash((sender, subject, text)))}@mail.example>"
    if answers:
        made["In-Reply-To"] = f"<{answers[-1]}@mail.example>"
        made["References"] = " ".join(f"<{one}@mail.example>" for one in answers)
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()
