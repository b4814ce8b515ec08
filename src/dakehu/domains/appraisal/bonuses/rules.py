"""Rules of bonuses: how a pool is shared out to the cent, what is deferred, what a clawback leaves (people.md C.3). Pure.

The team part comes first: it goes to the teams by mean score × people, and in a team to everybody alike. The rest goes by
score × weight of the role. Amounts are in fen, whole numbers; the largest remainder makes the sum exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext

from dakehu.domains.appraisal.measures.rules import EXACT

VERSION = "1"
SHOWN_FROM = 3  # members of a pool from which one of them may learn its total


@dataclass(frozen=True)
class Member:
    """Somebody who takes part in a pool: team ("" without), score and weight of the role."""

    user: int
    team: str
    score: Decimal
    role_weight: Decimal


@dataclass(frozen=True)
class Share:
    """What one member gets, in fen."""

    user: int
    team_fen: int
    own_fen: int

    @property
    def fen(self) -> int:
        return self.team_fen + self.own_fen


def split(fen: int, weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Return fen by key in proportion to weights, exact in sum: the largest remainders get what is left, then the smaller key.

    Without any weight everybody gets the same. Raises ValueError without keys.
    """
    if not weights:
        raise ValueError("nobody to share among")
    whole_weights = _to_integers(weights)
    whole = sum(whole_weights.values())
    if not whole:
        whole_weights, whole = dict.fromkeys(weights, 1), len(weights)
    parts = {key: divmod(fen * weight, whole) for key, weight in whole_weights.items()}
    found = {key: part for key, (part, _) in parts.items()}
    left = fen - sum(found.values())
    for key in sorted(parts, key=lambda key: (-parts[key][1], key))[:left]:
        found[key] += 1
    return found


def _to_integers(weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Return the weights as whole numbers in the same proportion, exactly."""
    places = max(0, *(-int(weight.as_tuple().exponent) for weight in weights.values()))
    with localcontext(EXACT):
        return {key: int(weight.scaleb(places)) for key, weight in weights.items()}


def share_out(fen: int, team_share: Decimal, members: Sequence[Member]) -> list[Share]:
    """Return what each member of a pool gets, by user; the sum is the pool. Raises ValueError without members."""
    if not members:
        raise ValueError("nobody to share among")
    ordered = sorted(members, key=lambda one: one.user)
    with localcontext(EXACT):
        team_fen = int((Decimal(fen) * team_share).to_integral_value(ROUND_FLOOR))
        teams = sorted({one.team for one in ordered})
        sums = {
            place: sum((one.score for one in ordered if one.team == name), Decimal(0))
            for place, name in enumerate(teams)
        }
        own = split(fen - team_fen, {one.user: one.score * one.role_weight for one in ordered})
    of_team: dict[int, int] = {}
    for place, part in split(team_fen, sums).items():
        of_team |= split(part, {one.user: Decimal(1) for one in ordered if one.team == teams[place]})
    return [Share(one.user, of_team[one.user], own[one.user]) for one in ordered]


def deferred_parts(fen: int, share: Decimal, years: int) -> list[int]:
    """Return the deferred part of an award in equal yearly parts, exact in sum; earlier ones get the odd fen."""
    with localcontext(EXACT):
        whole = int((Decimal(fen) * share).to_integral_value(ROUND_FLOOR))
    return list(split(whole, {year: Decimal(1) for year in range(years)}).values()) if whole else []


def due_days(begin: date, years: int) -> list[date]:
    """Return the anniversaries on which parts fall due; 29 February becomes 28 February."""
    return [_anniversary(begin, year) for year in range(1, years + 1)]


def _anniversary(begin: date, years: int) -> date:
    try:
        return begin.replace(year=begin.year + years)
    except ValueError:
        return begin.replace(year=begin.year + years, day=28)


def reduce_tranche(held_fen: int, taken_fen: int) -> tuple[int, int]:
    """Return (fen still paid, fen left as a claim) of a tranche from which so much is taken."""
    return max(0, held_fen - taken_fen), max(0, taken_fen - held_fen)


def may_show_total(members: int) -> bool:
    """Return whether a member may learn the total of a pool: with two, it would tell the other's sum."""
    return members >= SHOWN_FROM
