"""Ideas (创意) and who supports them. They name no client."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.care.topics.choices import Topic
from dakehu.domains.innovation.choices import IdeaState
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

NO_NAMES = {"help_zh": "不要写客户姓名", "help_en": "Without names of clients"}


def _person(zh: str, en: str, related_name: str = "+", listed: bool = False) -> Any:
    column = models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name=related_name)
    return field(column, zh=zh, en=en, listed=listed, editable=False)


class Idea(Recorded):
    """A proposal of a member of staff. `moved_on` is the day of the last change of state, of which the author is informed."""

    names = Names("创意", "Idea", "Ideas", aliases=("建议", "Proposal"))
    retention = TWENTY_YEARS
    is_chosen_from_list = True
    field_groups = {"idea": bilingual("创意", "Idea"), "": bilingual("进展", "Progress")}

    title = field(models.CharField(max_length=160), group="idea", zh="创意标题", en="Title", listed=True, example="到期测评提前一个月提醒",
                  **NO_NAMES)  # fmt: skip
    topic = field(choice_field(Topic, default=Topic.OTHER), group="idea", zh="创意话题", en="Topic", listed=True)
    problem = field(models.TextField(), group="idea", zh="要解决的问题", en="Problem", **NO_NAMES)
    proposal = field(models.TextField(), group="idea", zh="做法", en="Proposal", **NO_NAMES)
    beneficiaries = field(models.CharField(max_length=300), group="idea", zh="谁受益", en="Who benefits",
                          example="测评将到期的客户、客户经理")  # fmt: skip
    state = field(
        choice_field(IdeaState, default=IdeaState.SUBMITTED), zh="创意状态", en="State", listed=True, editable=False
    )
    author = _person("提出人", "Filed by", "ideas", listed=True)
    filed_on = field(models.DateField(), zh="提出日期", en="Filed on", listed=True, editable=False)
    sponsor = _person("牵头人", "Sponsor", "sponsored_ideas", listed=True)
    moved_on = field(models.DateField(), zh="状态日期", en="In this state since", editable=False)
    reason = field(
        models.CharField(max_length=500, blank=True, default=""),
        zh="决定理由",
        en="Reason of the decision",
        editable=False,
    )
    decided_by = _person("决定人", "Decided by")

    class Meta(Recorded.Meta):
        indexes = [
            models.Index(
                fields=["filed_on"], condition=Q(state__in=("submitted", "sponsored", "in_trial")), name="ideas_open"
            ),
            models.Index(fields=["author", "moved_on"], name="ideas_of_author"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def choice_label(self) -> str:
        """Return the title with the state."""
        return str(
            bilingual("{title}（{state}）", "{title} ({state})", title=self.title, state=IdeaState.text_of(self.state))
        )


class IdeaSupport(Recorded):
    """A vote of one member of staff for another person's idea."""

    names = Names("创意支持", "Support of an idea", "Supports of ideas")
    retention = TWENTY_YEARS

    idea = field(
        models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="supports"), zh="创意", en="Idea", editable=False
    )
    user = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="支持人", en="Supported by",
                 editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["idea", "user"], name="one_voice_a_person")]
