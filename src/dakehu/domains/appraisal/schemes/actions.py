"""Actions on schemes: draft, edit, submit to a second person."""

from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.choices import SchemeState
from dakehu.domains.appraisal.measures.registry import get_measure
from dakehu.domains.appraisal.models import Scheme, SchemeMeasure, SchemePart, SchemeTarget
from dakehu.domains.appraisal.schemes import defaults
from dakehu.domains.appraisal.schemes.store import content_digest, get_draft, get_scheme, weights_of
from dakehu.domains.appraisal.scores import rules
from dakehu.domains.compliance.approvals.requests import request_approval
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

SUBJECT = "appraisal.scheme"
SCHEME = Parameter("appraisal_scheme", kind="integer", spec=FieldSpec("考核方案", "Scheme"))
LIKE = Parameter("like", required=False, kind="integer", spec=FieldSpec("复制自方案", "Copy of scheme"))
PART = Parameter("part", spec=FieldSpec("部分编号", "Code of the part"))
MEASURE = Parameter("measure", spec=FieldSpec("指标编号", "Code of the measure"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


@action(
    "appraisal.add_scheme",
    needs=Permission.APPRAISAL_KEEP,
    zh="新建考核方案",
    en="Add an appraisal scheme",
    parameters=(parameters_of("appraisal.Scheme", "name"), LIKE),
)
def add_scheme(*, name: str, like: int | None = None) -> Scheme:
    """Add a draft: a copy of a scheme, or the house defaults. With a name in use it is the next edition."""
    source = get_scheme(like) if like else None
    last = Scheme.objects.filter(name=name).order_by("-edition").first()
    row = Scheme(name=name, edition=last.edition + 1 if last else 1, author_ids=_add_author([]))
    if source is not None:
        row.strength, row.least_rated, row.volume_reason = source.strength, source.least_rated, source.volume_reason
    row.save()
    if source is not None:
        _copy(source, row)
    else:
        _add_defaults(row)
    return row


def _copy(source: Scheme, row: Scheme) -> None:
    """Add the parts, measures and targets of another scheme."""
    for part in source.parts.all():
        own = SchemePart(scheme=row, code=part.code, name=part.name, name_en=part.name_en, position=part.position)
        own.save()
        for one in part.measures.all():
            measure = SchemeMeasure(scheme=row, part=own, measure=one.measure, weight=one.weight, min_n=one.min_n)
            measure.save()
            for target in one.targets.all():
                SchemeTarget(scheme_measure=measure, role=target.role, floor=target.floor, target=target.target).save()


def _add_defaults(row: Scheme) -> None:
    """Add the parts and measures of the default scheme."""
    for place, (code, zh, en, measures) in enumerate(defaults.PARTS, 1):
        part = SchemePart(scheme=row, code=code, name=zh, name_en=en, position=place * 10)
        part.save()
        for name, weight in measures:
            _add_measure(part, name, Decimal(weight))


def _add_measure(part: SchemePart, name: str, weight: Decimal, min_n: int | None = None) -> SchemeMeasure:
    """Add a measure with its default targets."""
    measure = get_measure(name)
    row = SchemeMeasure(
        scheme=part.scheme, part=part, measure=name, weight=weight, min_n=measure.min_n if min_n is None else min_n
    )
    row.save()
    SchemeTarget(scheme_measure=row, role="", floor=measure.floor, target=measure.target).save()
    if name in defaults.LEAD_TARGETS:
        floor, target = defaults.LEAD_TARGETS[name]
        SchemeTarget(scheme_measure=row, role="lead", floor=floor, target=target).save()
    return row


def _add_author(authors: list[int]) -> list[int]:
    """Return the authors including the actor."""
    me = current_actor().user_id
    return sorted({*authors, *([me] if me else [])})


def _note_author(row: Scheme) -> None:
    """Record the actor as an author of a scheme."""
    row.author_ids = _add_author(row.author_ids)
    row.save()


def _refuse(faults: list[tuple[str, str, str]]) -> None:
    """Raise Refused if a rule found faults."""
    if faults:
        messages: dict[str, list[Any]] = {}
        for name, zh, en in faults:
            messages.setdefault(name, []).append(bilingual(zh, en))
        raise Refused(messages)


@action(
    "appraisal.change_scheme",
    needs=Permission.APPRAISAL_KEEP,
    zh="修改考核方案",
    en="Change an appraisal scheme",
    parameters=(SCHEME, VERSION, Fields("appraisal.Scheme")),
)
def change_scheme(*, appraisal_scheme: int, version: int | None = None, **values: Any) -> Scheme:
    """Change a draft: name, shrinkage, least rated weight, why volume counts. Raises Refused for removing a reason that is still needed."""
    row = get_draft(appraisal_scheme)
    check_version(row, version)
    for name, value in values.items():
        column: Any = Scheme._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None else value)
    if Scheme.objects.filter(name=row.name, edition=row.edition).exclude(pk=row.pk).exists():
        raise refusal("name", "已有同名同版次的方案。", "Another scheme has this name and edition.")
    _refuse(rules.cap_faults(weights_of(row), row.volume_reason))
    _note_author(row)
    return row


@action(
    "appraisal.set_part",
    needs=Permission.APPRAISAL_KEEP,
    zh="设置考核部分",
    en="Set a part of a scheme",
    parameters=(SCHEME, parameters_of("appraisal.SchemePart", "code", "name", optional=("name_en", "position"))),
)
def set_part(
    *, appraisal_scheme: int, code: str, name: str, name_en: str | None = None, position: int | None = None
) -> SchemePart:
    """Add a part to a draft, or change the one with this code."""
    row = get_draft(appraisal_scheme)
    part = row.parts.filter(code=code).first() or SchemePart(scheme=row, code=code)
    part.name, part.name_en = name, name_en or part.name_en
    part.position = position if position is not None else part.position
    part.save()
    _note_author(row)
    return part


@action(
    "appraisal.set_measure",
    needs=Permission.APPRAISAL_KEEP,
    zh="设置考核指标",
    en="Set a measure of a scheme",
    parameters=(
        SCHEME,
        PART,
        MEASURE,
        parameters_of("appraisal.SchemeMeasure", "weight", optional=("min_n",)),
        parameters_of("appraisal.Scheme", optional=("volume_reason",)),
    ),
)
def set_measure(
    *,
    appraisal_scheme: int,
    part: str,
    measure: str,
    weight: Decimal,
    min_n: int | None = None,
    volume_reason: str | None = None,
) -> SchemeMeasure:
    """Set part, weight and minimum n of a measure in a draft.

    Volume and new accounts together weigh at most 20, with a reason. Raises Refused above that or without one.
    """
    row = get_draft(appraisal_scheme)
    own = row.parts.filter(code=part).first()
    if own is None:
        raise NotFound(bilingual("考核部分", "part"), part)
    get_measure(measure)
    row.volume_reason = (volume_reason or row.volume_reason).strip()
    _refuse(rules.cap_faults({**weights_of(row), measure: weight}, row.volume_reason))
    found = row.measures.filter(measure=measure).first()
    if found is None:
        found = _add_measure(own, measure, weight, min_n)
    else:
        found.part, found.weight = own, weight
        found.min_n = found.min_n if min_n is None else min_n
        found.save()
    _note_author(row)
    return found


@action(
    "appraisal.remove_measure",
    needs=Permission.APPRAISAL_KEEP,
    zh="移除考核指标",
    en="Remove a measure of a scheme",
    parameters=(SCHEME, MEASURE),
)
def remove_measure(*, appraisal_scheme: int, measure: str) -> None:
    """Remove a measure from a draft."""
    row = get_draft(appraisal_scheme)
    found = row.measures.filter(measure=measure).first()
    if found is None:
        raise NotFound(bilingual("考核指标", "measure"), measure)
    found.delete()
    _note_author(row)


@action(
    "appraisal.set_target",
    needs=Permission.APPRAISAL_KEEP,
    zh="设置目标与下限",
    en="Set a target of a measure",
    parameters=(SCHEME, MEASURE, parameters_of("appraisal.SchemeTarget", "floor", "target", optional=("role",))),
)
def set_target(
    *, appraisal_scheme: int, measure: str, floor: Decimal, target: Decimal, role: str | None = None
) -> SchemeTarget:
    """Set floor and target of a measure in a draft, for a role or for all. Raises Refused if both are equal."""
    row = get_draft(appraisal_scheme)
    found = row.measures.filter(measure=measure).first()
    if found is None:
        raise NotFound(bilingual("考核指标", "measure"), measure)
    if floor == target:
        raise refusal("target", "下限与目标不能相同。", "Floor and target must differ.")
    one = found.targets.filter(role=role or "").first() or SchemeTarget(scheme_measure=found, role=role or "")
    one.floor, one.target = floor, target
    one.save()
    _note_author(row)
    return one


@action(
    "appraisal.submit_scheme",
    needs=Permission.APPRAISAL_KEEP,
    zh="提交方案复核",
    en="Submit a scheme for approval",
    parameters=(SCHEME,),
)
def submit_scheme(*, appraisal_scheme: int) -> Scheme:
    """Submit a draft to a second person. Raises Refused if the weights do not sum to 100, or volume weighs too much."""
    row = get_draft(appraisal_scheme)
    _refuse(rules.scheme_faults(weights_of(row), row.volume_reason))
    row.state = SchemeState.WAITING
    _note_author(row)
    request_approval(SUBJECT, row.pk, row.label, content_digest(row.pk), row.author_ids)
    return row


def decide_scheme(pk: int, is_approved: bool, note: str) -> None:
    """Store the decision on a scheme; an approved one retires earlier editions. Call inside an action."""
    row = get_scheme(pk)
    row.state = SchemeState.APPROVED if is_approved else SchemeState.DRAFT
    row.save()
    if is_approved:
        for older in Scheme.objects.filter(name=row.name, state=SchemeState.APPROVED.value).exclude(pk=row.pk):
            older.state = SchemeState.RETIRED
            older.save()
