"""Manage templates of mails, and fill them in for a client."""

from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.service.mail.template_text import fold_name, placeholders_of
from dakehu.domains.service.models import MailTemplate
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, described_fields, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

TEMPLATE = Parameter("mail_template", "service.MailTemplate", spec=FieldSpec("邮件模板", "Mail template"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
# Placeholders that are no field of the client: spellings.
OTHERS = {"manager": ("客户经理", "manager"), "date": ("日期", "date"), "sender": ("发件人", "sender")}


def known_placeholders() -> dict[str, str]:
    """Return {spelling, folded: field} of the fields that a template may use: non-secret fields of the client."""
    found = {fold_name(one): name for name, spellings in OTHERS.items() for one in spellings}
    for name, _, spec in described_fields(model_of("clients.Client")):
        if spec.sensitivity < SECRET:
            found |= {fold_name(one): name for one in (name, spec.zh, spec.en)}
    return found


def _check_placeholders(*texts: str) -> None:
    """Raise Refused for a placeholder that no client can fill."""
    known = known_placeholders()
    unknown = [name for name in placeholders_of(*texts) if fold_name(name) not in known]
    if unknown:
        raise refusal(
            "text",
            "没有这样的字段：{names}。请使用客户资料里的字段名，如 {{{{客户姓名}}}}、{{{{客户经理}}}}、{{{{日期}}}}。",
            "No such field: {names}. Use names of fields of the client, such as {{{{Client name}}}}, {{{{manager}}}}, {{{{date}}}}.",
            names=unknown,
        )


def values_for(client: Any) -> dict[str, str]:
    """Return {spelling, folded: text} of the placeholders for a client, as visible to the actor; without those that
    are empty or masked."""
    shown = render_row(client, shown=True)
    plain = {name: str(value) for name, value in shown.items() if value not in (None, "") and "*" not in str(value)}
    user = team.current_user()
    main = clients.coverage(client=client).filter(until=None, role="main").select_related("user").first()
    plain |= {
        "manager": main.user.name if main is not None else "",
        "date": clock.today().isoformat(),
        "sender": user.name if user is not None else "",
    }
    return {spelling: plain.get(name, "") for spelling, name in known_placeholders().items()}


@query("service.mail_templates", needs=Permission.INTERACTION_LOG, zh="邮件模板", en="Mail templates")
def mail_templates() -> Any:
    """Return the templates in use, those in the reader's language first."""
    rows = MailTemplate.objects.filter(is_current=True)
    order = "language" if language() == "en" else "-language"
    return rows.order_by(order, "name")


@query(
    "service.mail_template_editions",
    needs=Permission.MAIL_TEMPLATE,
    zh="邮件模板的各版",
    en="Editions of a mail template",
    parameters=(TEMPLATE,),
)
def mail_template_editions(*, mail_template: MailTemplate) -> Any:
    """Return every version of a template, newest first."""
    return MailTemplate.objects.filter(series=mail_template.series).order_by("-edition")


@action(
    "service.add_mail_template",
    needs=Permission.MAIL_TEMPLATE,
    zh="新增邮件模板",
    en="Add a mail template",
    parameters=parameters_of("service.MailTemplate", "name", "language", "subject", "text"),
)
def add_mail_template(*, name: str, language: str, subject: str, text: str) -> MailTemplate:
    """Add a template. Raises Refused for a placeholder that is no field of the client."""
    _check_placeholders(subject, text)
    row = MailTemplate(name=name, language=language, subject=subject, text=text)
    row.save()
    row.series = row.pk
    row.save()
    return row


@action(
    "service.change_mail_template",
    needs=Permission.MAIL_TEMPLATE,
    zh="修改邮件模板",
    en="Change a mail template",
    parameters=(
        TEMPLATE,
        VERSION,
        parameters_of("service.MailTemplate", optional=("name", "language", "subject", "text")),
    ),
)
def change_mail_template(*, mail_template: MailTemplate, version: int | None = None, **changes: Any) -> MailTemplate:
    """Change a template: a new version replaces it, the earlier one is kept. Returns the new version."""
    check_version(mail_template, version)
    if not mail_template.is_current:
        raise NotFound(bilingual("在用的邮件模板", "mail template in use"))
    names = ("name", "language", "subject", "text")
    values = {name: changes.get(name) or getattr(mail_template, name) for name in names}
    _check_placeholders(values["subject"], values["text"])
    mail_template.is_current = False
    mail_template.save()
    row = MailTemplate(**values, edition=mail_template.edition + 1, series=mail_template.series)
    row.save()
    return row


@action(
    "service.retire_mail_template",
    needs=Permission.MAIL_TEMPLATE,
    zh="停用邮件模板",
    en="Retire a mail template",
    parameters=(TEMPLATE,),
)
def retire_mail_template(*, mail_template: MailTemplate) -> MailTemplate:
    """Retire a template; mails sent with it are kept."""
    mail_template.is_current = False
    mail_template.save()
    return mail_template
