"""The registrations of staff."""

from django.db import models

from dakehu.domains.compliance.registrations.choices import RegistrationKind, RegistrationState
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class StaffRegistration(Recorded):
    """A registration of a member of staff. Without a first day it has no lower bound; without a last one it applies until ended."""

    names = Names("执业登记", "Staff registration", "Staff registrations")

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="registrations"), zh="登记人员", en="Registered person",
        listed=True,
    )  # fmt: skip
    kind = field(choice_field(RegistrationKind), zh="登记类别", en="Kind of registration", listed=True)
    number = field(
        models.CharField(max_length=40), zh="登记编号", en="Registration number", aliases=("执业编号", "登记证书编号"),
        listed=True, example="S1234520010001",
    )  # fmt: skip
    state = field(
        choice_field(RegistrationState, default=RegistrationState.VALID), zh="登记状态", en="State of the registration", listed=True
    )  # fmt: skip
    valid_from = field(
        models.DateField(null=True, blank=True), zh="登记日期", en="Registered from", listed=True,
        help_zh="留空表示不详，按一直有效计", help_en="Empty: not known; it counts from always",
    )  # fmt: skip
    valid_to = field(
        models.DateField(null=True, blank=True), zh="登记有效至", en="Registered until", listed=True,
        help_zh="留空表示没有到期日；当天仍有效", help_en="Empty: no last day; the day itself still counts",
    )  # fmt: skip
    evidence = field(
        models.CharField(max_length=200, blank=True, default=""), zh="核对凭据", en="Evidence of the registration",
        help_zh="例如：协会网站公示查询，日期", help_en="Such as: looked up in the public register, with the day",
        example="中证协公示查询 2026-11-02",
    )  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="one_registration_of_a_number")]
        indexes = [models.Index(fields=["user", "kind"], name="registrations_of_staff")]

    def __str__(self) -> str:
        return self.number
