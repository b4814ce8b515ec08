"""What is decided about groups of clients. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dakehu.domains.clients.choices import Gender, Relation

BACK = {
    Relation.FATHER: Relation.CHILD,
    Relation.MOTHER: Relation.CHILD,
    Relation.PARENT: Relation.CHILD,
    Relation.CONTROLLER: Relation.CONTROLLED,
    Relation.CONTROLLED: Relation.CONTROLLER,
}


def opposite(relation: str, gender: str = "") -> str:
    """The way back: if A is `relation` of B, what B (of that gender, "" if not known) is to A. "" for no relation."""
    if relation == Relation.CHILD:
        named = {Gender.MALE.value: Relation.FATHER, Gender.FEMALE.value: Relation.MOTHER}
        return named.get(gender, Relation.PARENT).value
    member = Relation._value2member_map_.get(relation)
    return str(BACK.get(member, relation)) if isinstance(member, Relation) else relation


@dataclass
class Branch:
    """A member of the tree and those who hang on it."""

    number: int
    below: "list[Branch]" = field(default_factory=list)


def forest(hanging: Iterable[tuple[int, int | None]]) -> list[Branch]:
    """Trees from (member, member it hangs on) pairs; whoever hangs on nobody in sight begins a tree."""
    branches = {number: Branch(number) for number, _ in hanging}
    tops = []
    for number, to in hanging:
        (branches[to].below if to in branches and to != number else tops).append(branches[number])
    return tops
