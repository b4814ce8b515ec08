"""Choice set of questionnaire versions. Pure."""

from dakehu.foundation.schema.fields import Choices


class VersionState(Choices):
    """Whether a version may be used."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待审批", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
