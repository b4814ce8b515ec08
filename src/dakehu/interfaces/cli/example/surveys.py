"""Surveys of the demonstration: a named one to a random sample with answers, an anonymous one of a seminar that is closed, and
one after requests that is open. No mail is sent; deliveries are set manually.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import Any

from dakehu.domains.care.surveys import links, sending, texts
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
ADDRESS = "https://desk.example.com"
SAMPLE, ANSWERED, GUESTS, CAME = 30, 22, 70, 56
SATISFIED, RECOMMENDED = (5, 5, 5, 4, 4, 4, 4, 3, 2), (10, 10, 9, 9, 9, 8, 8, 7, 6, 3)
WORDS = (
    "讲得很清楚，放心多了",
    "希望行情大跌的时候早点打电话",
    "佣金能不能再低一点",
    "App 登录太慢，等了很久",
    "客户经理很负责，谢谢",
    "产品说明看不懂，能不能简单一点",
)


def fill(acting: Acting) -> None:
    """He creates four surveys: two are answered, one waits for requests to be closed, one for replies to complaints."""
    random = Random(10)  # noqa: S311
    with acting("admin"):
        perform("service.change_message_settings", {"desk_address": ADDRESS})
    with acting("he"):
        named = _add("年度服务满意度（演示）", "Yearly satisfaction (demonstration)", "named")
        perform("care.send_survey", {"survey": named, "size": str(SAMPLE)})
        seminar = _add("研讨会反馈（演示）", "Seminar feedback (demonstration)", "anonymous")
        question = {"kind": "multiple", "text_zh": "哪些内容有帮助？", "text_en": "What helped you?"}
        options = "市场展望 | Outlook; 产品讲解 | Products; 现场问答 | Questions; 都没有 | None"
        perform("care.add_question", {"survey": seminar, **question, "options": options})
        slips = perform("care.make_event_links", {"survey": seminar, "count": str(GUESTS)})["links"]
        _add("诉求办结回访（演示）", "After a request (demonstration)", "confidential", purpose="request")
        _add("投诉答复回访（演示）", "After a complaint (demonstration)", "confidential", purpose="complaint")
    tokens = _tokens_of(named)
    for token in tokens[:ANSWERED]:
        links.submit(token, _answer(random))
    for link in random.sample(slips, CAME):
        chosen = tuple(f"o{n}" for n in range(1, 4) if random.random() < 0.5)
        links.submit(_token(link), {**_answer(random), "q4": chosen or ("o4",)})
    with acting("he"):
        perform("care.close_survey", {"survey": seminar})


def _add(title: str, english: str, anonymity: str, **values: str) -> int:
    made = perform("care.add_survey", {"title_zh": title, "title_en": english, "anonymity": anonymity, **values})
    perform("care.open_survey", {"survey": made.pk})
    return int(made.pk)


def _tokens_of(survey: int) -> list[str]:
    """Queue the mails of a survey, mark them as delivered, and return the links drawn for them."""
    with acting_as(system_actor("surveys of the demonstration brokerage（演示）", "cli")):
        (batch,) = model_of("care.SurveyBatch").objects.filter(survey=survey)
        sending.send_slice(batch=batch.pk, after=0)
        rows = model_of("service.Delivery").objects.filter(kind=sending.KIND)
        with act("example.send"):
            drawn = [_token(str(sending.link_for(row.key, texts.LINK))) for row in rows]
            for row in rows:
                row.state, row.rule, row.sent_at = "delivered", "", clock.now()
                row.save()
    return drawn


def _token(link: str) -> str:
    return link.rpartition("/")[2]


def _answer(random: Random) -> dict[str, tuple[str, ...]]:
    words = (random.choice(WORDS),) if random.random() < 0.4 else ()
    return {"q1": (str(random.choice(SATISFIED)),), "q2": (str(random.choice(RECOMMENDED)),), "q3": words}
