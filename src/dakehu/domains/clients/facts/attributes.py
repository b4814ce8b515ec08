"""Facts of clients themselves, for rules: age, documents, suitability, completeness, wishes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, Value, When

from dakehu.domains.clients import choices
from dakehu.domains.clients.models import Client, Consent, Contact, MarketingFreeze, Needs
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, declare

RISK_STEPS = (0, 7, 15, 30, 60)  # days before a risk test expires on which the client is reminded
ID_STEPS = (-90, 0, 7, 30, 90)
OPENING_STEPS = (7, 30, 90)  # days after the account was opened; each lasts a week
SENIOR_AGES = (65, 70)
SENIOR_DAYS = 30  # after such a birthday
CLASS_DAYS = 365  # for which the evidence of a professional class is valid: house practice

# Data required of a client before it may be served (art. 6 of the suitability rules), by kind.
OF_EVERYBODY = ("risk_level", "address", "tax_residency")
OF_PERSONS = ("occupation", "education", "income_band", "birth_on")
OF_ORGANISATIONS = ("controller", "beneficial_owner", "legal_representative")
OF_NEEDS = ("goal", "term", "bearable_loss")


def _options(words: Any) -> tuple[tuple[str, str, str], ...]:
    return tuple((word.value, word.zh, word.en) for word in words)


FACTS = (
    Fact("client_kind", "客户类型", "Client kind", "choice", choices=_options(choices.Kind)),
    Fact("client_status", "客户状态", "Client status", "choice", choices=_options(choices.Status)),
    Fact("age", "年龄", "Age", "number"),
    Fact("risk_level", "风险等级", "Risk level", "choice", choices=_options(choices.RiskLevel)),
    Fact(
        "risk_rank",
        "风险等级序号",
        "Rank of the risk level",
        "number",
        help=bilingual("C1 为 1，C5 为 5", "1 for C1, 5 for C5"),
    ),
    Fact("risk_valid_to", "测评有效期至", "Risk test valid to", "day"),
    Fact("risk_valid_in", "测评剩余天数", "Days until the risk test expires", "days"),
    Fact(
        "risk_step",
        "测评提醒档",
        "Step of the risk test reminder",
        "number",
        help=bilingual("到期前 60、30、15、7、0 天各一档", "One step each at 60, 30, 15, 7 and 0 days before"),
    ),
    Fact("id_expires_on", "证件有效期", "ID expires on", "day"),
    Fact("id_expires_in", "证件剩余天数", "Days until the ID expires", "days"),
    Fact(
        "id_step",
        "证件提醒档",
        "Step of the ID reminder",
        "number",
        help=bilingual(
            "到期前 90、30、7、0 天及到期后 90 天各一档", "One step each at 90, 30, 7 and 0 days before and 90 after"
        ),
    ),
    Fact("opened_on", "开户日期", "Opened on", "day"),
    Fact("opened_days", "开户天数", "Days since opening", "days"),
    Fact(
        "opening_step",
        "开户提醒档",
        "Step after opening",
        "number",
        help=bilingual("开户后第 7、30、90 天起各一周", "A week each from the 7th, 30th and 90th day after opening"),
    ),
    Fact("investor_class", "投资者类别", "Investor class", "choice", choices=_options(choices.InvestorClass)),
    Fact(
        "class_expires_in",
        "专业投资者材料剩余天数",
        "Days until the evidence of the class expires",
        "days",
        help=bilingual("认定日期后 365 天", "365 days after it was proven"),
    ),
    Fact(
        "senior_age",
        "近期年满年龄",
        "Age reached lately",
        "number",
        help=bilingual("30 天内年满 65 或 70 岁", "65 or 70, reached within 30 days"),
    ),
)
FLAGS = (
    Fact(
        "opted_out",
        "已拒绝联系",
        "Does not want contact",
        "flag",
        help=bilingual(
            "最近一次对日常服务或营销的意愿是拒绝或撤回", "The latest choice on service or marketing is a refusal"
        ),
    ),
    Fact("marketing_paused", "营销已暂停", "Marketing paused", "flag"),
)
COMPLETENESS = (
    Fact(
        "completeness",
        "信息完整度",
        "Completeness",
        "share",
        help=bilingual(
            "适当性办法第六条要求的信息中已有的比例", "Share of what art. 6 of the suitability rules requires"
        ),
    ),
)


def load_clients(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the facts of FACTS as columns, one row a client; values of clients opened later are missing."""
    rows = Client.objects.order_by("pk").values_list(
        "pk",
        "kind",
        "status",
        "birth_on",
        "stated_age",
        "risk_level",
        "risk_valid_to",
        "id_expires_on",
        "opened_on",
        "investor_class",
        "class_proven_on",
    )
    frame = read_columns(
        rows,
        {
            "client": pl.Int64,
            "client_kind": pl.String,
            "client_status": pl.String,
            "birth_on": pl.Date,
            "stated_age": pl.Int64,
            "risk_level": pl.String,
            "risk_valid_to": pl.Date,
            "id_expires_on": pl.Date,
            "opened_on": pl.Date,
            "investor_class": pl.String,
            "class_proven_on": pl.Date,
        },
    )
    return clients_on(frame, day).select("client", *sorted(names & {fact.name for fact in FACTS}))


def clients_on(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the facts that follow from stored columns of clients on a day. Pure."""
    today = pl.lit(day)
    birth, age = pl.col("birth_on"), _age(day)
    risk_days = (pl.col("risk_valid_to") - today).dt.total_days()
    id_days = (pl.col("id_expires_on") - today).dt.total_days()
    opened = (today - pl.col("opened_on")).dt.total_days()
    senior = pl.lit(None, pl.Float64)
    for years in SENIOR_AGES:
        reached = (today - birth.dt.offset_by(f"{years}y")).dt.total_days()
        senior = pl.when(reached.is_between(0, SENIOR_DAYS)).then(float(years)).otherwise(senior)
    return frame.with_columns(pl.col(name).replace("", None) for name in ("risk_level", "investor_class")).with_columns(
        age.cast(pl.Float64).alias("age"),
        pl.col("risk_level").str.slice(1, 1).cast(pl.Float64, strict=False).alias("risk_rank"),
        risk_days.alias("risk_valid_in"),
        _next_step(risk_days, RISK_STEPS).alias("risk_step"),
        id_days.alias("id_expires_in"),
        _next_step(id_days, ID_STEPS).alias("id_step"),
        opened.alias("opened_days"),
        _week_of(opened, OPENING_STEPS).alias("opening_step"),
        (pl.col("class_proven_on").dt.offset_by(f"{CLASS_DAYS}d") - today).dt.total_days().alias("class_expires_in"),
        senior.alias("senior_age"),
    )


def _age(day: date) -> pl.Expr:
    """Return full years on a day; a birthday on 29 February counts from 1 March in common years."""
    birth = pl.col("birth_on")
    before = birth.dt.month().cast(pl.Int32) * 100 + birth.dt.day() > day.month * 100 + day.day
    return pl.when(birth.is_not_null()).then(day.year - birth.dt.year() - before.cast(pl.Int32)).otherwise("stated_age")


def _next_step(days: pl.Expr, steps: Iterable[int]) -> pl.Expr:
    """Return the smallest step not below a number of days; below all steps the lowest, above all missing."""
    found = pl.lit(None, pl.Float64)
    for step in sorted(steps, reverse=True):
        found = pl.when(days <= step).then(float(step)).otherwise(found)
    return found


def _week_of(days: pl.Expr, steps: Iterable[int]) -> pl.Expr:
    """Return the step in whose week a number of days falls, missing outside."""
    found = pl.lit(None, pl.Float64)
    for step in steps:
        found = pl.when(days.is_between(step, step + 6)).then(float(step)).otherwise(found)
    return found


def load_flags(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return whether clients opted out and whether marketing is paused; a row for each client of whom one is true."""
    stated = read_columns(
        Consent.objects.filter(stated_on__lte=day, channel="", purpose__in=("service", "marketing"))
        .order_by("stated_on", "pk")
        .values_list("client_id", "purpose", "state"),
        {"client": pl.Int64, "purpose": pl.String, "state": pl.String},
    )
    latest = stated.unique(["client", "purpose"], keep="last", maintain_order=True)
    refused = latest.filter(pl.col("state").is_in(["refused", "withdrawn"]))["client"].unique()
    frozen = read_columns(
        MarketingFreeze.objects.filter(Q(lifted_on=None) | Q(lifted_on__gt=day), frozen_on__lte=day).values_list(
            "client_id"
        ),
        {"client": pl.Int64},
    )["client"]
    everybody = read_columns(Client.objects.order_by("pk").values_list("pk"), {"client": pl.Int64})
    return everybody.with_columns(
        pl.col("client").is_in(refused.implode()).alias("opted_out"),
        pl.col("client").is_in(frozen.unique().implode()).alias("marketing_paused"),
    ).select("client", *sorted(names))


def load_completeness(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the share of the required information that is present now; values of earlier days are not known."""
    needs = Needs.objects.filter(client=OuterRef("pk"))
    contact = Contact.objects.filter(client=OuterRef("pk"))
    common = [*OF_EVERYBODY, "id_number_index"]
    tests = [_is_filled(name) for name in common] + [Q(Exists(contact))]
    tests += [Q(Exists(needs.filter(_is_filled(name, Needs)))) for name in OF_NEEDS]
    persons, others = [_is_filled(name) for name in OF_PERSONS], [_is_filled(name) for name in OF_ORGANISATIONS]
    shared, of_person, of_other = _count(tests), _count(persons), _count(others)
    frame = read_columns(
        Client.objects.order_by("pk").values_list("pk", "kind", shared, of_person, of_other),
        {"client": pl.Int64, "kind": pl.String, "shared": pl.Int64, "person": pl.Int64, "other": pl.Int64},
    )
    is_person = pl.col("kind") == choices.Kind.PERSON.value
    found = pl.col("shared") + pl.when(is_person).then("person").otherwise("other")
    wanted = len(tests) + pl.when(is_person).then(len(persons)).otherwise(len(others))
    return frame.select("client", (found / wanted).alias("completeness"))


def _is_filled(name: str, model: Any = Client) -> Q:
    """Return the condition that a column is not empty."""
    column = model._meta.get_field(name)
    test = Q(**{f"{name}__isnull": False})
    return test & ~Q(**{name: ""}) if isinstance(column, CharField) or name.endswith("_index") else test


def _count(tests: list[Q]) -> Any:
    """Return the expression that counts the conditions that are true."""
    total: Any = Value(0)
    for test in tests:
        total = total + Case(When(test, then=1), default=0, output_field=IntegerField())
    return total


STORED = bilingual("客户资料", "Client data")
declare(
    FactTable("clients", FACTS, load_clients, STORED),
    FactTable("client_flags", FLAGS, load_flags, bilingual("同意与拒绝、营销暂停", "Consents and pauses of marketing")),
    FactTable("client_completeness", COMPLETENESS, load_completeness, STORED),
)
