"""Models of the hand-over (交接) of clients from one colleague to others."""

from django.db import models

from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class HandOverState(Choices):
    """State of a hand-over."""

    PLANNED = "planned", "计划中", "Planned"
    EFFECTIVE = "effective", "已生效", "In effect"
    UNDONE = "undone", "已撤回", "Taken back"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class HandOver(Recorded):
    """Transfer of clients from one colleague to others on a day.

    `ends_account`: on that day the colleague's account, sessions and tokens end. `moved` stores what happened to each
    client's open work, for reversing the hand-over: {model label: [[id, user id before, user id after]]} and the rows
    it created.
    """

    names = Names("客户交接", "Hand-over", "Hand-overs", aliases=("交接",))

    giver = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="hand_overs"), zh="移交人",
                  en="From", listed=True, editable=False)  # fmt: skip
    effective_on = field(models.DateField(), zh="生效日期", en="Effective on", listed=True)
    reason = field(models.CharField(max_length=200), zh="交接原因", en="Reason", listed=True)
    note = field(
        models.CharField(max_length=500, blank=True, default=""), zh="给接收人的留言", en="Note for the receivers"
    )
    ends_account = field(models.BooleanField(default=False), zh="生效时停用账号", en="Ends the account", listed=True)
    state = field(
        choice_field(HandOverState, default=HandOverState.PLANNED), zh="状态", en="State", listed=True, editable=False
    )
    planned_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="安排人",
                       en="Planned by", listed=True, editable=False)  # fmt: skip
    applied_on = field(models.DateField(null=True, blank=True), zh="实际生效日期", en="Took effect on", editable=False)
    moved = models.JSONField(default=dict)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["state", "effective_on"], name="hand_overs_by_day")]


class HandOverPack(ClientRecorded):
    """What the receiver of one client has to know, and whether they have signed for it.

    `contents` is frozen when the hand-over takes effect (hand_over.contents); `digest` is its SHA-256, `signed_digest` the one
    that the receiver signed. `letter` is the text that informs the client.
    """

    names = Names("交接包", "Hand-over pack", "Hand-over packs")

    client_path = "client"
    retention = TWENTY_YEARS

    hand_over = field(models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="packs"), zh="交接", en="Hand-over",
                      listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="hand_over_packs"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    receiver = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="received_packs"), zh="接收人",
                     en="Receiver", listed=True, editable=False)  # fmt: skip
    contents = field(models.JSONField(default=dict), zh="内容", en="Contents", sensitivity=PERSONAL, editable=False)
    digest = field(
        models.CharField(max_length=64, blank=True, default=""), zh="内容校验值", en="Digest", editable=False
    )
    letter = field(models.TextField(blank=True, default=""), zh="告知客户的信", en="Letter to the client",
                   sensitivity=PERSONAL, editable=False)  # fmt: skip
    signed_on = field(
        models.DateField(null=True, blank=True), zh="签收日期", en="Signed on", listed=True, editable=False
    )
    signed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                      zh="签收人", en="Signed by", listed=True, editable=False)  # fmt: skip
    signed_digest = field(
        models.CharField(max_length=64, blank=True, default=""), zh="签收时校验值", en="Digest signed", editable=False
    )
    informed_on = field(models.DateField(null=True, blank=True), zh="告知客户日期", en="Client told on", listed=True,
                        editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["hand_over", "client"], name="a_pack_a_client")]
        indexes = [models.Index(fields=["receiver", "signed_on"], name="packs_to_sign")]
