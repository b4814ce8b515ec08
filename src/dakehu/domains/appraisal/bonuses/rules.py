"""Rules of bonuses: distribution of a pool to the fen, deferral, effect of a clawback (people.md C.3). Pure.

First the team part is distributed to the teams by mean score × people, and equally within a team. The rest is distributed
by score × weight of the role. Amounts are integers in fen; the largest remainder method makes the sum exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext

from dakehu.domains.appraisal.measures.rules import EXACT

VERSION = "1"
SHOWN_FROM = 3  # minimum number of members for showing them the pool's total


@dataclass(frozen=True)
class Member:
    """A member of a pool: team ("" without), score and weight of the role."""

    user: int
    team: str
    score: Decimal
    role_weight: Decimal


@dataclass(frozen=True)
class Share:
    """The amounts of one member, in fen."""

    user: int
    team_fen: int
    own_fen: int

    @property
    def fen(self) -> int:
        return self.team_fen + self.own_fen


def split(fen: int, weights: Mapping[int, Decimal]) -> dict[int, int]:
    """Return fen by key in proportion to weights, exact in sum: the rest goes to the largest remainders, ties to the smaller key.

    Without any weight all get the same. Raises ValueError without keys.
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
    """Return the weights as integers in exactly the same proportion."""
    places = max(0, *(-int(weight.as_tuple().exponent) for weight in weights.values()))
    with localcontext(EXACT):
        return {key: int(weight.scaleb(places)) for key, weight in weights.items()}


def share_out(fen: int, team_share: Decimal, members: Sequence[Member]) -> list[Share]:
    """Return the share of each member of a pool, by user; the sum is the pool. Raises ValueError without members."""
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
    """Return the deferred part of an award in equal yearly parts, exact in sum; earlier ones get the remaining fen."""
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
    """Return (fen still paid, fen left as a claim) after deducting an amount from a tranche."""
    return max(0, held_fen - taken_fen), max(0, taken_fen - held_fen)


def may_show_total(members: int) -> bool:
    """Return whether a member may see the total of a pool: with two, it would reveal the other's amount."""
    return members >= SHOWN_FROM
