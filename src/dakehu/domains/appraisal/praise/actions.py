"""Actions on praise: praise a colleague, withdraw one's own praise."""

from typing import Any

from dakehu.domains.appraisal.models import Praise
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

PRAISE = Parameter("praise", kind="integer", spec=FieldSpec("表扬编号", "Number of the praise"))


@action(
    "appraisal.praise",
    needs=Permission.APPRAISAL_OWN,
    zh="表扬同事",
    en="Praise a colleague",
    parameters=(parameters_of("appraisal.Praise", "to", "text", optional=("value",)),),
)
def praise(*, to: Any, text: str, value: str | None = None) -> Praise:
    """Praise a person; visible to them, their team and the author. Raises Refused for oneself, and without words."""
    me = team.current_user()
    if me is None or to.pk == me.pk:
        raise refusal("to", "请表扬他人。", "Praise somebody else.")
    if not text.strip():
        raise refusal("text", "请写明表扬内容。", "Say what for.")
    row = Praise(to=to, text=text.strip(), by=me, on=clock.today(), **({"value": value} if value else {}))
    row.save()
    return row


@action(
    "appraisal.remove_praise",
    needs=Permission.APPRAISAL_OWN,
    zh="收回表扬",
    en="Take praise back",
    parameters=(PRAISE,),
)
def remove_praise(*, praise: int) -> None:
    """Withdraw one's own praise."""
    row = Praise.objects.filter(pk=praise, by_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("表扬", "praise"), praise)
    row.delete()
