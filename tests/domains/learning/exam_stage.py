"""An exam with recognizable correct options, entered and opened by compliance."""

from dakehu.foundation.gates import perform
from tests.cast import acting

RIGHT = "对"  # first characters of a correct option


def add_exam(he, count=4, code="E1", **paper):
    """Enter questions with recognizable correct options, and open an exam of them all."""
    with acting(he):
        for n in range(count):
            kind, options, answer = (
                ("multiple", "对一\n错一\n对二", "AC") if n == 0 else ("single", "错一\n对\n错二", "B")
            )
            perform(
                "learning.add_question",
                {
                    "code": f"{code}-{n}",
                    "topic": "法律法规",
                    "kind": kind,
                    "text": f"第{n}题",
                    "options": options,
                    "answer": answer,
                    "explanation": f"解析{n}",
                    "source": "证券法",
                },
            )
        row = perform(
            "learning.add_paper",
            {"code": code, "name": "执业规则测试", "number_law": count, "minutes": 30, "pass_percent": 75, **paper},
        )
        return perform("learning.open_paper", {"paper_id": row.pk})


def right_answer(question):
    """Return the positions of the correct options of a question as shown."""
    return ",".join(str(one["value"]) for one in question["options"] if one["text"].startswith(RIGHT))
