"""People whom a comment may mention: members of staff who see its subject."""

from typing import Any

from dakehu.domains.service.comments import rules, subjects
from dakehu.domains.service.comments.rules import AMBIGUOUS
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor
from dakehu.foundation.base.errors import refusal

MOST = 12  # most people offered


def names() -> dict[str, int]:
    """Return {name or user name: id} of active staff; a name that several people have is ambiguous."""
    rows = list(team.active_people())
    shown = [row.name for row in rows]
    found = {row.name: AMBIGUOUS if rules.is_name_shared(row.name, shown) else row.pk for row in rows}
    return {**{row.username: row.pk for row in rows}, **found}


def mentioned_people(text: str, kind: str, number: int) -> list[int]:
    """Return the ids of mentioned people. Raises Refused for unknown or ambiguous names and people without access."""
    people = names()
    unknown = rules.unknown_names(text, people)
    if unknown:
        raise refusal(
            "text",
            "没有找到“{who}”。请从名单中选择，或写成 @登录名。",
            "There is no “{who}”. Choose from the list, or write @user-name.",
            who="”“".join(unknown),
        )
    found = rules.mentioned_ids(text, people)
    if AMBIGUOUS in found:
        who = next(one.text for one in rules.split_comment(text, people) if one.user == AMBIGUOUS)
        raise refusal(
            "text", "“{who}”有重名，请写成 @登录名。", "Several people are called “{who}”; write @user-name.", who=who
        )
    blind = [user for user in found if not can_see(user, kind, number)]
    if blind:
        raise refusal(
            "text",
            "不能提及{who}：看不到这条记录。",
            "{who} cannot be mentioned: this record is out of their sight.",
            who=list(team.names_of(blind).values()),
        )
    return found


def can_see(user: int, kind: str, number: int) -> bool:
    """Return whether a member of staff sees a record with today's rights."""
    with acting_as(team.actor_for(user)):
        return subjects.can_see(kind, number)


def mentionable_people(kind: str, number: int, said: str = "") -> list[dict[str, Any]]:
    """Return who may be mentioned at a record, own team first: [{name, insert, team}]; `said` is its prefix."""
    subjects.get_record(kind, number)
    me, own = current_actor().user_id, set(current_actor().extra.get("teams") or ())
    people, begins = names(), said.strip().casefold()
    rows = [row for row in team.active_people() if row.pk != me]
    fits = [row for row in rows if row.name.casefold().startswith(begins) or row.username.startswith(begins)]
    made: list[dict[str, Any]] = []
    for row in sorted(fits, key=lambda row: (row.team_id not in own, row.name, row.username)):
        if len(made) == MOST:
            break
        if can_see(row.pk, kind, number):
            is_shared = people[row.name] == AMBIGUOUS
            made.append(
                {
                    "name": f"{row.name} ({row.username})" if is_shared else row.name,
                    "insert": row.username if is_shared else row.name,
                    "team": row.team.name if row.team_id else "",
                }
            )
    return made
