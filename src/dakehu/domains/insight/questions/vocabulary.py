"""The vocabulary of questions for a reader: client fields, their choices and the names of the desk.

A column that the reader may not filter by is not in it, nor are its choices: such a word is treated like any unknown
word. Staff and teams are those who serve clients whom the reader sees.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models

from dakehu.domains.clients.pinyin import pinyin_readings
from dakehu.domains.insight.questions.tokens import Choice, Column
from dakehu.domains.tiers import schemes
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.base import clock
from dakehu.foundation.schema.fields import FieldSpec, described_fields, model_of, spec_of
from dakehu.foundation.schema.related_columns import extension_columns

TIER = "tier__code"
# Words around the subject of a date: 最近联系, 开户日期, "Opened on", "Last contact".
AROUND = re.compile(r"^(最近|上次)|(日期|日|时间)$|^last (?=\w)| (on|date)$", re.IGNORECASE)
BRANCH_ENDINGS = re.compile(r"(证券)?(营业部|分公司|分支机构)$")


def vocabulary() -> tuple[Column, ...]:
    """Return the columns by which the reader may filter clients, with their choices and all spellings."""
    client = model_of("clients.Client")
    clearance = current_actor().clearance
    found: list[Column] = []
    for borrowed, fields in ((False, described_fields(client)), (True, extension_columns(client))):
        for name, field, spec in fields:
            kind = kind_of(field)
            if kind and spec.sensitivity <= clearance and not spec.shown_by:
                found.append(_column(name, field, spec, kind, borrowed))
    return (*found, *_served_by())


def kind_of(field: Any) -> str:
    """Return the kind of a column (tokens.Column), "" for one not supported in questions."""
    if isinstance(field, EncryptedTextField):
        return "blank"
    if hasattr(field, "choice_set"):
        return "" if hasattr(field.choice_set, "many") else "choice"
    kinds: tuple[tuple[Any, str], ...] = (
        (models.ForeignKey, "key"),
        (models.BooleanField, "flag"),
        (models.JSONField, ""),
        (models.DateField, "date"),
        ((models.DecimalField, models.IntegerField, models.FloatField), "number"),
        ((models.CharField, models.TextField), "text"),
    )
    return next((kind for types, kind in kinds if isinstance(field, types)), "")


def _column(name: str, field: Any, spec: FieldSpec, kind: str, borrowed: bool) -> Column:
    choices: Iterable[Choice] = ()
    if kind == "choice":
        choices = _choices(field.choice_set, _own_tier_names() if name == TIER else {})
    elif kind == "key":
        choices = _branches() if field.remote_field.model._meta.label == "team.Branch" else ()
    is_default = kind == "number" and spec.listed and spec.unit == "CNY" and not borrowed
    variants = tuple(_variants((spec.zh, spec.en, *spec.aliases))) if kind == "date" else ()
    names = tuple(spec.spellings())
    return Column(name, spec.zh, spec.en, kind, names, variants, tuple(choices), spec.unit, is_default)


def _variants(names: Iterable[str]) -> Iterator[str]:
    """Yield the subject of a date without the words around it, and as an English verb: 联系, contact, contacted, 开户, opened."""
    for name in names:
        if name.lower().startswith("last ") and not name.endswith("ed"):
            yield f"{name}ed"
        about = AROUND.sub("", AROUND.sub("", name)).strip()
        if about != name and len(about) > 1:
            yield about
            if about.isascii() and not about.endswith("ed"):
                yield f"{about}ed"


def _choices(choice_set: Any, own_names: dict[str, tuple[str, ...]]) -> Iterator[Choice]:
    for member in choice_set:
        value = str(member.value)
        spellings = [value, member.zh, member.en, *getattr(member, "_aliases", ()), *own_names.get(value, ())]
        variants = tuple(label.removeprefix(f"{value} ") for label in (member.zh, member.en))
        yield Choice((value,), member.zh, member.en, tuple(dict.fromkeys(filter(None, spellings))), variants)


def _own_tier_names() -> dict[str, tuple[str, ...]]:
    """Return {code: names} of the tiers of the scheme in force."""
    scheme = schemes.find_scheme_in_force(clock.today())
    return {str(tier.code): (tier.zh, tier.en) for tier in schemes.tiers_of(scheme)} if scheme is not None else {}


def _branches() -> Iterator[Choice]:
    """Yield branches by name and code, and a city's name for all its branches (上海营业部, Shanghai branch)."""
    by_city: dict[str, list[str]] = {}
    taken: set[str] = set()
    for code, name, city in model_of("team.Branch").objects.order_by("code").values_list("code", "name", "city"):
        short = BRANCH_ENDINGS.sub("", name)
        district = short.removeprefix(city)
        spellings = {name, code, short, f"{short}营业部", f"{pinyin_readings(short)[0]} branch"}
        spellings |= {district, f"{district}营业部"} if city and district else set()
        taken |= spellings
        yield Choice((name,), name, name, tuple(sorted(spellings)))
        if city:
            by_city.setdefault(city, []).append(name)
    for city, of_city in by_city.items():
        latin = pinyin_readings(city)[0]
        spellings = {f"{city}营业部", f"{city}分公司", f"{latin} branch", f"{latin} branches", f"branches in {latin}"}
        listed = "、".join(of_city)
        yield Choice(tuple(of_city), listed, ", ".join(of_city), tuple(sorted(spellings - taken)))


def _served_by() -> Iterator[Column]:
    """Yield the main manager and the team as columns, with the names of those who serve visible clients."""
    rows = model_of("clients.Coverage").objects.filter(until=None, role="main")
    users = rows.order_by().values_list("user_id", "user__name", "user__username", "user__team_id", "user__team__name")
    people = list(users.distinct())
    own = {current_actor().user_id: ("我", "我的", "本人", "my", "mine")}
    staff = [
        Choice((number,), name, name, (name, username, f"{name}经理", pinyin_readings(name)[0], *own.get(number, ())))
        for number, name, username, _, _ in people
    ]
    user = spec_of(model_of("clients.Coverage")._meta.get_field("user"))
    yield Column("manager", user.zh, user.en, "list", tuple(user.spellings()), (), tuple(staff))
    teams = {team: name for _, _, _, team, name in people if team}
    named = tuple(Choice((team,), name, name, (name,)) for team, name in sorted(teams.items()))
    team = spec_of(model_of("team.User")._meta.get_field("team"))
    yield Column("team", team.zh, team.en, "list", tuple(team.spellings()), (), named)
