"""Run the nightly run from the command line."""

import argparse
from collections.abc import Iterable
from typing import Any

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.nightly import run as night
from dakehu.foundation.nightly.models import NightState
from dakehu.interfaces.cli.inputs import read_day
from dakehu.interfaces.cli.output import progress_of, write_result


def run_night(line: argparse.Namespace) -> int:
    """Run the nightly run; 0 if every step succeeded and no file was refused."""
    if line.folder is not None and not line.folder.is_dir():
        raise Refused(
            {"folder": [bilingual("“{path}”不是文件夹。", "“{path}” is not a folder.", path=str(line.folder))]}
        )
    result = night.run_night(day=read_day(line.day, "day"), inbox=line.folder, progress=progress_of(line))
    write_result(
        line, {**result, "steps": [{**one, "label": str(one["label"])} for one in result["steps"]]}, _lines(result)
    )
    refused = [file for one in result["steps"] for file in one["result"].get("files", []) if file["state"] == "refused"]
    return 1 if refused or result["state"] == NightState.FAILED else 0


def _lines(result: dict[str, Any]) -> Iterable[str]:
    """Yield the result as lines: the day, each step with its seconds, what is missing."""
    yield str(
        bilingual(
            "每晚处理 {day}：{state}",
            "Nightly run {day}: {state}",
            day=result["day"],
            state=NightState.text_of(result["state"]),
        )
    )
    for one in result["steps"]:
        peak = "" if one["peak_mb"] is None else f"  {one['peak_mb']:,} MB"
        yield f"  {one['label']}  {NightState.text_of(one['state'])}  {one['seconds']:.1f} s{peak}"
        words = one["error"] or one["result"].get("words")
        if words:
            yield f"    {words[language()]}"
        for file in one["result"].get("files", []):
            yield from _file_lines(file)
    for words in result["missing"]:
        yield str(bilingual("缺：{what}", "Missing: {what}", what=words[language()]))


def _file_lines(file: dict[str, Any]) -> Iterable[str]:
    """Yield a file with its counts, and why it was refused."""
    states = {
        "imported": bilingual("已导入", "imported"),
        "unchanged": bilingual("没有变化", "no change"),
        "refused": bilingual("退回", "refused"),
    }
    counts = {
        "created": bilingual("新增 {n}", "{n} new", n=file.get("created", 0)),
        "updated": bilingual("更新 {n}", "{n} updated", n=file.get("updated", 0)),
        "quarantined": bilingual("待处理 {n}", "{n} held back", n=file.get("quarantined", 0)),
    }
    counted = [str(words) for name, words in counts.items() if file.get(name)]
    yield f"    {file['file']}  {states[file['state']]}  {' · '.join(counted)}".rstrip()
    for error in file.get("errors", [])[:3]:
        yield f"      {error[language()]}"
