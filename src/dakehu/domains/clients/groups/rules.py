"""Rules of groups of clients. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dakehu.domains.clients.choices import Gender, Relation

REVERSE = {
    Relation.FATHER: Relation.CHILD,
    Relation.MOTHER: Relation.CHILD,
    Relation.PARENT: Relation.CHILD,
    Relation.CONTROLLER: Relation.CONTROLLED,
    Relation.CONTROLLED: Relation.CONTROLLER,
}


def opposite(relation: str, gender: str = "") -> str:
    """Return the reverse relation: if A is `relation` of B, what B (of that gender) is to A.

    "" for no relation; gender "" means unknown.
    """
    if relation == Relation.CHILD:
        parents = {Gender.MALE.value: Relation.FATHER, Gender.FEMALE.value: Relation.MOTHER}
        return parents.get(gender, Relation.PARENT).value
    member = Relation._value2member_map_.get(relation)
    return str(REVERSE.get(member, relation)) if isinstance(member, Relation) else relation


@dataclass
class Branch:
    """A member of the tree and the members related through it."""

    number: int
    below: "list[Branch]" = field(default_factory=list)


def forest(pairs: Iterable[tuple[int, int | None]]) -> list[Branch]:
    """Build trees from (member, related member) pairs; a member related to no visible member is a root."""
    branches = {number: Branch(number) for number, _ in pairs}
    roots = []
    for number, parent in pairs:
        (branches[parent].below if parent in branches and parent != number else roots).append(branches[number])
    return roots
