"""Learning paths, a ladder of levels and the levels of staff of the demonstration."""

from datetime import date, timedelta

from dakehu.foundation.gates import perform

LEVELS = (  # code, name, conditions: (kind, subject, least)
    ("RM1", "客户经理", ()),
    (
        "RM2",
        "高级客户经理",
        (
            ("months_in_level", "", "18"),
            ("certificate", "RULES", "1"),
            ("training_hours", "", "15"),
            ("coverage", "", "80"),
            ("appraisal_score", "", "75"),
        ),
    ),
    (
        "RM3",
        "资深客户经理",
        (("months_in_level", "", "36"), ("training_hours", "", "20"), ("appraisal_score", "", "85")),
    ),
)
STAFF = (("lin", "RM1", 700), ("gu", "RM1", 300), ("shen", "RM2", 900), ("wang", "RM1", 420))  # days in the level


def add_paths_and_ladder(today: date) -> None:
    """Enter two paths and a ladder, as compliance."""
    skills = perform(
        "learning.add_path",
        {"code": "P-RM", "name": "客户经理胜任路径", "role": "manager", "summary": "先合规，后专业。"},
    )
    start = perform(
        "learning.add_path", {"code": "P-NEW", "name": "新员工入职路径", "for_new_staff": True, "is_automatic": True}
    )
    for path, steps in ((skills, (("C-102", 14), ("C-101", 45))), (start, (("C-102", 7), ("C-101", 30)))):
        for course, days in steps:
            perform("learning.add_path_step", {"path_id": path.pk, "course": course, "days": days})
        perform("learning.open_path", {"path_id": path.pk})
    ladder = perform("learning.add_ladder", {"track": "RM", "name": "客户经理序列"})
    levels = {}
    for code, name, conditions in LEVELS:
        levels[code] = perform("learning.add_level", {"ladder_id": ladder.pk, "code": code, "name": name}).pk
        for kind, subject, least in conditions:
            condition = {"level_id": levels[code], "condition_kind": kind, "least": least}
            perform("learning.add_condition", {**condition, **({"subject": subject} if subject else {})})
    perform("learning.put_ladder_in_force", {"ladder_id": ladder.pk})
    for username, code, days in STAFF:
        entered = {"user": username, "since": today - timedelta(days=days), "reason": "入职定级（演示）"}
        perform("learning.set_level", {"level_id": levels[code], **entered})
