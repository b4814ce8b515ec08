"""Import comments from a worksheet, by the rules of a single one."""

from typing import Any

from dakehu.domains.service.comments import people, subjects
from dakehu.domains.service.comments.actions import CLIENT, record_id
from dakehu.domains.service.models import Comment, CommentMention
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema import comment_subjects

FIELDS = ("subject_kind", "subject_id", "text")
OTHERS = bilingual("只能修改自己的评论。", "Only one's own comments are changed.")
FIXED = bilingual("评论的对象不能更改。", "What a comment is about cannot be changed.")


def evaluate_comments(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported comments with stored ones and set the outcome of each row.

    A comment is identified by its subject and its text. A row without a kind is about its client.
    """
    count = len(clients)
    kinds, numbers = columns.get("subject_kind") or [None] * count, columns.get("subject_id") or [None] * count
    columns["subject_kind"], columns["subject_id"] = list(kinds), list(numbers)
    for row in range(count):
        fault = _name_subject(columns, row, clients)
        if fault is not None and not evaluation.verdicts[row]:
            evaluation.fault(row, *fault)
    texts = columns.get("text") or [None] * count
    keys = [_key(columns, row, clients[row], texts[row]) for row in range(count)]
    row_matching.evaluate(Comment, columns, keys, _stored_comments(columns, clients), (), evaluation, mode=mode)
    row_matching.require_columns(ACTIONS["service.add_comment"].parameters, columns, evaluation)
    authors = dict(
        Comment.objects.filter(pk__in=[evaluation.targets[row] for row in evaluation.rows(UPDATED)]).values_list(
            "pk", "author_id"
        )
    )
    for row in evaluation.rows(CREATED, UPDATED):
        is_new = evaluation.verdicts[row] == CREATED
        if not is_new and authors.get(evaluation.targets[row]) != current_actor().user_id:
            evaluation.fault(row, "text", texts[row], OTHERS)
        elif not is_new and set(evaluation.differences[row]) - {"text"}:
            evaluation.fault(row, "subject_id", numbers[row], FIXED)
        else:
            _check_mentions(columns, row, clients, evaluation)
    return evaluation


def _name_subject(columns: Columns, row: int, clients: list[int]) -> tuple[str, Any, Bilingual] | None:
    """Replace the name of the kind by its code; return the fault of a row's subject."""
    said = str(columns["subject_kind"][row] or CLIENT)
    subject = comment_subjects.find(said)
    if subject is None:
        return "subject_kind", said, bilingual("不能评论“{kind}”。", "No comments about “{kind}”.", kind=said)
    columns["subject_kind"][row] = subject.kind
    if subject.is_client:
        columns["subject_id"][row] = None
        nobody = bilingual("这一行没有写明是哪位客户。", "The row does not say which client it is about.")
        return None if clients[row] else ("client_code", "", nobody)
    number = columns["subject_id"][row]
    if number is None or not subjects.can_see(subject.kind, number):
        missing = bilingual(
            "没有这条{kind}：{n}。", "There is no such {kind}: {n}.", kind=subject.name, n=number or "–"
        )
        return "subject_id", number, missing
    return None


def _key(columns: Columns, row: int, client: int, text: Any) -> tuple[Any, ...]:
    """Return the key that identifies a row."""
    kind = columns["subject_kind"][row]
    return (kind, client if kind == CLIENT else columns["subject_id"][row], text)


def _stored_comments(columns: Columns, clients: list[int]) -> Stored:
    """Return the stored comments about the records that the rows name, by key."""
    found: Stored = {}
    numbers = {number for number in columns["subject_id"] if number is not None}
    of_clients = Comment.objects.filter(subject_kind=CLIENT, client_id__among=sorted({c for c in clients if c > 0}))
    of_others = Comment.objects.filter(subject_id__among=sorted(numbers))
    for one in [*of_clients.order_by("pk"), *of_others.order_by("pk")]:
        found.setdefault((one.subject_kind, record_id(one), one.text), []).append((one.pk, ()))
    return found


def _check_mentions(columns: Columns, row: int, clients: list[int], evaluation: ImportEvaluation) -> None:
    """Reject a row that mentions a person who may not see its subject."""
    kind, text = columns["subject_kind"][row], columns["text"][row]
    if clients[row] < 0 or not text:  # a client of the same file, of whom no one is notified yet
        return
    try:
        people.mentioned_people(text, kind, clients[row] if kind == CLIENT else columns["subject_id"][row])
    except Refused as refused:
        evaluation.fault(row, "text", text, bilingual(str(refused), str(refused)))


@action(
    "service.import_comments",
    needs=Permission.COMMENT_WRITE,
    zh="批量导入评论",
    en="Import comments",
    is_public=False,
)
def import_comments(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated comments as the actor's own, with their mentions."""
    me, now = current_actor().user_id, clock.now()

    def finish(row: Comment, place: int, is_new: bool) -> None:
        """Set author and client of a new comment; the time of change of an existing one."""
        if not is_new:
            row.edited_at = now
            return
        row.author_id = me
        if row.subject_kind != CLIENT:
            row.client_id = subjects.get_record(row.subject_kind, row.subject_id).owning_client_id()

    made, changed = row_matching.write_dependents(
        Comment, columns, row_evaluation, FIELDS, clients, finish, also=("edited_at",)
    )
    mentions = []
    for row in made:
        found = people.mentioned_people(row.text, row.subject_kind, record_id(row))
        mentions += [CommentMention(comment_id=row.pk, user_id=user) for user in found]
    for row in changed:
        known = {one.user_id for one in CommentMention.objects.filter(comment=row)}
        found = people.mentioned_people(row.text, row.subject_kind, record_id(row))
        mentions += [CommentMention(comment_id=row.pk, user_id=user) for user in found if user not in known]
    if mentions:
        record_rows(CommentMention, mentions, [], [])
