"""Constraints on a version of the risk questionnaire, and functions to edit one. Pure.

The topics are those that brokers' public forms have in common (domain.md 1.9) [S]; at least ten questions, and two options that
place a client into the lowest category, are house defaults [D]. A content is the plain value of a version file.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from dakehu.domains.advice.assessments.questionnaires import read

Content = dict[str, Any]
Text = tuple[str, str]  # zh, en

TOPICS = ("finance", "knowledge", "experience", "goal", "preference", "other")
LOWEST_TOPICS = ("preference", "other")  # where an option places a client into the lowest category
LEVELS = ("C1", "C2", "C3", "C4", "C5")
FEWEST_ITEMS, MOST_ITEMS, FEWEST_OPTIONS, MOST_OPTIONS = 10, 60, 2, 12
MOST_POINTS, LONGEST_TEXT, FULL, LONGEST_DAYS = 20, 300, 100, 730
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,19}")
CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


def item_errors(item: Any, topics: list[str]) -> list[Text]:
    """Return the errors of one question as entered."""
    if not isinstance(item, dict) or not isinstance(item.get("options"), list):
        return [("题目须含题干与选项。", "A question has a text and options.")]
    found = [*_code_errors(item.get("code"), "题目", "question"), *_text_errors(item)]
    if item.get("group") not in topics:
        found.append(("请选择题目所属的主题。", "Choose the topic of the question."))
    if item.get("kind") not in ("single", "multi"):
        found.append(("请选择单选或多选。", "Choose one answer or several."))
    options = item["options"]
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        found.append(
            (f"选项应为 {FEWEST_OPTIONS} 至 {MOST_OPTIONS} 个。", f"It has {FEWEST_OPTIONS} to {MOST_OPTIONS} options.")
        )
    codes = [one.get("code") if isinstance(one, dict) else None for one in options]
    if len(set(map(str, codes))) < len(codes):
        found.append(("选项编号重复。", "Two options have one code."))
    for one in options:
        found += _option_errors(one)
    return found


def _option_errors(option: Any) -> list[Text]:
    if not isinstance(option, dict):
        return [("选项无法识别。", "An option is not understood.")]
    found = [*_code_errors(option.get("code"), "选项", "option"), *_text_errors(option)]
    points = option.get("points")
    if not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= MOST_POINTS:
        found.append((f"分值应为 0 至 {MOST_POINTS} 的整数。", f"Points are whole numbers from 0 to {MOST_POINTS}."))
    return found


def _code_errors(code: Any, zh: str, en: str) -> list[Text]:
    if isinstance(code, str) and CODE.fullmatch(code):
        return []
    return [(f"{zh}编号须为小写字母、数字或下划线。", f"The code of a {en} is of a-z, 0-9 and _.")]


def _text_errors(row: Mapping[str, Any]) -> list[Text]:
    texts = [row.get("zh"), row.get("en")]
    if all(isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_TEXT for text in texts):
        return []
    return [
        (
            f"中英文都要填写，各不超过 {LONGEST_TEXT} 字。",
            f"Both languages are needed, {LONGEST_TEXT} characters at most.",
        )
    ]


def clean_item(item: Mapping[str, Any]) -> Content:
    """Return a question without unknown keys. Call after `item_errors`."""
    options = [
        {
            **{name: one[name].strip() for name in ("code", "zh", "en")},
            "points": one["points"],
            **({"minimum": True} if one.get("minimum") else {}),
        }
        for one in item["options"]
    ]
    texts = {name: item[name].strip() for name in ("code", "zh", "en")}
    return {**texts, "group": item["group"], "kind": item["kind"], "options": options}


def with_item(content: Content, item: Mapping[str, Any]) -> Content:
    """Return a content with a question replaced, or added at the end. Options marked `exclusive` exclude every other."""
    cleaned = clean_item(item)
    code, items = cleaned["code"], list(content["items"])
    at = next((at for at, one in enumerate(items) if one["code"] == code), len(items))
    items[at : at + 1] = [cleaned]
    alone = [one["code"] for one in item["options"] if one.get("exclusive")]
    exclusive = {name: codes for name, codes in content["exclusive"].items() if name != code}
    if alone and cleaned["kind"] == "multi":
        exclusive[code] = alone
    return {**content, "items": items, "exclusive": exclusive}


def without_item(content: Content, code: str) -> Content:
    """Return a content without a question."""
    items = [one for one in content["items"] if one["code"] != code]
    return {**content, "items": items, "exclusive": {k: v for k, v in content["exclusive"].items() if k != code}}


def with_bands(content: Content, least: list[int]) -> Content:
    """Return a content whose levels begin at these scores, that of C1 being 0. They become the firm's own [D]."""
    bands = [list(pair) for pair in zip((0, *least), LEVELS, strict=True)]
    return (
        content
        if bands == content["bands"]
        else {**content, "bands": bands, "bands_source": "", "bands_certainty": "D"}
    )


def read_condition(text: str) -> dict[str, list[str]] | None:
    """Return {item: options} of "loss=no_loss; kinds=equity,complex", None for an invalid text."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"[;；]", text):
        name, mark, codes = part.partition("=")
        chosen = [code.strip() for code in re.split(r"[,，]", codes) if code.strip()]
        if part.strip() and not (mark and name.strip() and chosen):
            return None
        if part.strip():
            found[name.strip()] = chosen
    return found if len(found) >= 2 else None


def structure_errors(content: Content) -> list[Text]:
    """Return every error that prevents the use of a version, none where it may be used."""
    topics = [code for code, _, _ in content["groups"]]
    found = [
        (f"题目 {one.get('code', '')}：{zh}", f"Question {one.get('code', '')}: {en}")
        for one in content["items"]
        for zh, en in item_errors(one, topics)
    ]
    return found or [*_topic_errors(content), *_band_errors(content), *_check_errors(content), *_days_errors(content)]


def _topic_errors(content: Content) -> Iterator[Text]:
    items = content["items"]
    asked = {one["group"] for one in items}
    names = {code: (zh, en) for code, zh, en in content["groups"]}
    for topic in TOPICS:
        zh, en = names.get(topic, (topic, topic))
        if topic not in asked:
            yield f"缺少主题“{zh}”的题目。", f"No question is about “{en}”."
    if not FEWEST_ITEMS <= len(items) <= MOST_ITEMS:
        yield (
            f"题目应为 {FEWEST_ITEMS} 至 {MOST_ITEMS} 道（内部默认），现有 {len(items)} 道。",
            f"There are {len(items)} questions; {FEWEST_ITEMS} to {MOST_ITEMS} are wanted (house default).",
        )
    codes = [one["code"] for one in items]
    if len(set(codes)) < len(codes):
        yield "题目编号重复。", "Two questions have one code."
    for topic in LOWEST_TOPICS:
        if not any(o.get("minimum") for one in items if one["group"] == topic for o in one["options"]):
            zh, en = names.get(topic, (topic, topic))
            yield (
                f"主题“{zh}”中至少要有一个选项判定为最低类别。",
                f"About “{en}” one option at least must place a client into the lowest category.",
            )
    if not any(option["points"] for one in items for option in one["options"]):
        yield "没有任何选项计分。", "No option has points."


def _band_errors(content: Content) -> Iterator[Text]:
    least = [score for score, _ in content["bands"]]
    is_ascending = all(one < other for one, other in pairwise(least))
    if (
        [level for _, level in content["bands"]] != list(LEVELS)
        or least[0] != 0
        or not is_ascending
        or least[-1] > FULL
    ):
        yield (
            "等级分数线须从 0 起依次递增、不超过 100，C1 至 C5 各一段，不留空档也不重叠。",
            "The levels C1 to C5 begin at 0 and rise to 100 at most, without a gap or an overlap.",
        )


def _check_errors(content: Content) -> Iterator[Text]:
    options = {one["code"]: {option["code"] for option in one["options"]} for one in content["items"]}
    for check in content["checks"]:
        for item, codes in check["when"].items():
            if not set(codes) <= options.get(item, set()):
                yield (
                    f"矛盾检查 {check['code']} 用到了已不存在的题目或选项 {item}，请先修改检查。",
                    f"The check {check['code']} names {item} or an option of it that is not there; change the check first.",
                )
    for item, codes in content["exclusive"].items():
        if not set(codes) <= options.get(item, set()):
            yield f"题目 {item} 的“都没有”选项不存在。", f"An option of {item} that goes with no other is not there."
    if not any(check["severity"] == "hard" for check in content["checks"]):
        yield "至少要有一条硬性矛盾检查。", "One contradiction at least must stop the answers."


def _days_errors(content: Content) -> Iterator[Text]:
    if not 1 <= content["valid_days"] <= LONGEST_DAYS:
        yield f"有效天数应为 1 至 {LONGEST_DAYS}。", f"Days of validity go from 1 to {LONGEST_DAYS}."


def changes(before: Content, after: Content) -> list[Text]:
    """Return the differences of one content from the previous one, for the approver."""
    old, new = ({one["code"]: one for one in content["items"]} for content in (before, after))
    found = [(f"新增题目：{new[code]['zh']}", f"New question: {new[code]['en']}") for code in new if code not in old]
    found += [
        (f"删除题目：{old[code]['zh']}", f"Question removed: {old[code]['en']}") for code in old if code not in new
    ]
    for code in (code for code in new if code in old and new[code] != old[code]):
        zh, en = _item_change(old[code], new[code])
        found.append((f"修改题目“{new[code]['zh']}”：{zh}", f"Question changed: {new[code]['en']} ({en})"))
    if before["bands"] != after["bands"]:
        lines = [" / ".join(f"{level} ≥ {least}" for least, level in one["bands"]) for one in (before, after)]
        found.append((f"等级分数线：{lines[0]} → {lines[1]}", f"Levels: {lines[0]} → {lines[1]}"))
    if before["valid_days"] != after["valid_days"]:
        days = f"{before['valid_days']} → {after['valid_days']}"
        found.append((f"有效天数：{days}", f"Days of validity: {days}"))
    if before["checks"] != after["checks"] or before["exclusive"] != after["exclusive"]:
        found.append(("矛盾检查有变化", "The checks for contradictions changed"))
    return found


def _item_change(old: Content, new: Content) -> Text:
    was, becomes = ({one["code"]: one for one in item["options"]} for item in (old, new))
    parts: list[Text] = []
    if any(old[name] != new[name] for name in ("zh", "en", "group", "kind")):
        parts.append(("题干或类型", "text or kind"))
    if added := [code for code in becomes if code not in was]:
        parts.append((f"新增选项 {len(added)} 个", f"{len(added)} options added"))
    if gone := [code for code in was if code not in becomes]:
        parts.append((f"删除选项 {len(gone)} 个", f"{len(gone)} options removed"))
    for code in (code for code in becomes if code in was and becomes[code] != was[code]):
        one, other = was[code], becomes[code]
        if one["points"] != other["points"]:
            parts.append(
                (
                    f"“{other['zh']}” {one['points']} → {other['points']} 分",
                    f"{other['en']}: {one['points']} → {other['points']}",
                )
            )
        if one.get("minimum", False) != other.get("minimum", False):
            parts.append((f"“{other['zh']}”最低类别判定", f"{other['en']}: lowest category"))
        if (one["zh"], one["en"]) != (other["zh"], other["en"]):
            parts.append((f"选项文字“{other['zh']}”", f"words of {other['en']}"))
    return "、".join(zh for zh, _ in parts) or "选项顺序", ", ".join(en for _, en in parts) or "order of options"


def is_readable(name: str, effective_from: str, content: Content) -> bool:
    """Return whether a content can be used as a questionnaire."""
    try:
        read({**content, "version": name, "effective_from": effective_from})
    except (KeyError, ValueError, TypeError):
        return False
    return True
