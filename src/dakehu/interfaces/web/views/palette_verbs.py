"""Find actions on clients by input: part of their name, pinyin, initials, in either language."""

from collections.abc import Iterator

from dakehu.domains.clients.pinyin import pinyin_readings
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates.input import field_behind
from dakehu.foundation.schema.fields import normalize_name
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import offered_actions
from dakehu.interfaces.web.views.action_form import hidden_parameters

CLIENT = "clients.Client"
LEAST = 2  # minimum characters of an action's name
SPELLED = 4  # letters from which pinyin is searched within the words


def client_actions(actor: Actor) -> list[Action]:
    """Return the actions about one client that the actor may perform, those offered on a client's page first."""
    order = {name: place for place, name in enumerate(offered_actions())}
    chosen = [one for one in ACTIONS.values() if one.is_public and actor.may(one.needs) and _takes_client(one)]
    return sorted(chosen, key=lambda one: order.get(one.name, len(order)))


def _takes_client(action: Action) -> bool:
    """Return whether an action is about one client, named by its parameter `client`, and its form can ask for the rest."""
    named = {parameter.name: parameter for parameter in action.parameters if parameter.required}
    client = named.pop("client", None)
    if client is None or not _is_client(client):
        return False
    return not any(name in hidden_parameters(action) or _is_client(parameter) for name, parameter in named.items())


def _is_client(parameter: Parameter) -> bool:
    """Return whether a parameter names a client."""
    behind = field_behind(parameter)
    remote = getattr(behind, "remote_field", None)
    return bool(remote is not None and remote.model._meta.label == CLIENT)


def split_typed(typed: str, actions: list[Action]) -> Iterator[tuple[list[Action], str]]:
    """Yield (matching actions, the rest, which may name a client) for each way to parse the input.

    "记服务 龚丽华", "log gonglihua", "龚丽华 记服务" and "记服务龚丽华"; the longest action text first.
    """
    parts = typed.split()
    for count in range(len(parts), 0, -1):
        for action_words, rest in ((parts[:count], parts[count:]), (parts[-count:], parts[:-count])):
            meant = find_actions(" ".join(action_words), actions)
            if meant:
                yield meant, " ".join(rest)
    if len(parts) == 1 and not typed.isascii():
        for end in range(len(typed) - 1, LEAST - 1, -1):
            meant = find_actions(typed[:end], actions)
            if meant:
                yield meant, typed[end:]


def find_actions(typed: str, actions: list[Action]) -> list[Action]:
    """Return the actions that match the words."""
    return [one for one in actions if is_meant(typed, one.label)] if len(typed) >= LEAST else []


def is_meant(typed: str, label: Bilingual) -> bool:
    """Return whether a text matches a label: characters of it in order, its pinyin or initials, or its first words."""
    wanted = normalize_name(typed)
    if not wanted:
        return False
    if not wanted.isascii():
        return _in_order(wanted, normalize_name(label.zh))
    whole, initials = pinyin_readings(label.zh)
    if (len(wanted) >= SPELLED and wanted in whole) or wanted in initials:
        return True
    words = label.en.casefold().split()
    return any(normalize_name(" ".join(words[at:])).startswith(wanted) for at in range(len(words)))


def _in_order(wanted: str, text: str) -> bool:
    """Return whether all characters of `wanted` are in `text` in the same order."""
    rest = iter(text)
    return all(sign in rest for sign in wanted)
