"""Find the people whom a comment mentions by @name. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# An @ inside a mail address is none, nor is one before a blank or a number ("@ 3.5").
AT = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=[^\s\d@＠])")
AMBIGUOUS = 0  # instead of the id of a person, if several have the name
WORD = re.compile(r"[^\s@＠，。、；：！？,;:!?()（）]{1,12}")


@dataclass(frozen=True)
class Piece:
    """A piece of a comment: plain text, or the mention of `user`."""

    text: str
    user: int | None = None


def split_comment(text: str, people: Mapping[str, int]) -> list[Piece]:
    """Return a comment as pieces, in order; people: {name or user name: id}. The longest matching name is used."""
    names = sorted(people, key=len, reverse=True)
    made: list[Piece] = []
    start = 0
    for found in AT.finditer(text):
        if found.start() < start:
            continue
        name = next((one for one in names if text.startswith(one, found.end())), None)
        if name is None:
            continue
        if text[start : found.start()]:
            made.append(Piece(text[start : found.start()]))
        start = found.end() + len(name)
        made.append(Piece(f"@{name}", people[name]))
    if text[start:]:
        made.append(Piece(text[start:]))
    return made


def mentioned_ids(text: str, people: Mapping[str, int]) -> list[int]:
    """Return the ids of the people whom a comment mentions, each once, in order."""
    return list(dict.fromkeys(one.user for one in split_comment(text, people) if one.user is not None))


def unknown_names(text: str, people: Mapping[str, int]) -> list[str]:
    """Return the texts after an @ that match no name."""
    plain = [one.text for one in split_comment(text, people) if one.user is None]
    found = [WORD.match(part, at.end()) for part in plain for at in AT.finditer(part)]
    return [word.group() for word in found if word is not None]


def is_name_shared(name: str, names: list[str]) -> bool:
    """Return whether several people have this name, so that only their user names are unambiguous."""
    return names.count(name) > 1
