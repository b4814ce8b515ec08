"""Labels of acts: registered actions, and steps without a registered action, by current and former names."""

from collections.abc import Mapping

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name

STEPS: dict[str, Bilingual] = {
    "audit.accept_head": bilingual("认可操作日志链的现状", "Accept the audit chain as it is"),
    "desk.backup": bilingual("备份", "Back up"),
    "example.send": bilingual("演示中的寄送", "Sending in the demonstration"),
    "example.age": bilingual("设置演示数据的日期", "Set the days of the demonstration"),
    "files.delete_expired": bilingual("清理到期文件", "Delete expired files"),
    "keys.rotate": bilingual("更换密钥", "Rotate the encryption key"),
    "search.rebuild": bilingual("重建搜索索引", "Rebuild the search index"),
}


def declare_steps(labels: Mapping[str, Bilingual]) -> None:
    """Register labels of acts that are opened directly with `act(name)`."""
    STEPS.update(labels)


def act_label(name: str) -> Bilingual:
    """Return the label of an action or a step, also by a former name; the bare name for any other."""
    current = current_name(Kind.ACTION, name)
    if current in ACTIONS:
        return ACTIONS[current].label
    return STEPS.get(current) or bilingual(current, current)


def act_labels() -> dict[str, Bilingual]:
    """Return {name: label} of every act that an audit entry may record."""
    return {**STEPS, **{name: action.label for name, action in ACTIONS.items()}}
