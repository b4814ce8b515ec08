"""Certificates of staff and their kinds, with the actions that need one."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.visibility import OfLearners
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names


class CertificateKind(Recorded):
    """A kind of certificate. `gates`: names of actions that require a valid one."""

    names = Names("证书类别", "Kind of certificate", "Kinds of certificates")
    is_chosen_from_list = True
    lookup_fields = ("code",)

    code = field(
        models.CharField(max_length=40, unique=True),
        zh="证书类别编号",
        en="Code of the kind",
        listed=True,
        example="RULES",
    )
    name = field(models.CharField(max_length=120), zh="证书名称", en="Name of the certificate", listed=True)
    months = field(
        models.PositiveIntegerField(default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]),
        zh="有效期",
        en="Valid for",
        unit="months",
        listed=True,
    )
    gates = models.JSONField(default=list)
    is_active = field(models.BooleanField(default=True), zh="启用证书", en="Certificate in use", listed=True)

    def __str__(self) -> str:
        return self.name


class Certificate(Recorded):
    """One issue of a certificate; a renewal is a new row. It is valid from the day of issue to its last day, both included."""

    names = Names("证书", "Certificate", "Certificates")
    objects: Any = OfLearners()

    number = field(
        models.CharField(max_length=40, unique=True),
        zh="证书编号",
        en="Certificate number",
        listed=True,
        editable=False,
    )
    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="持证人",
        en="Holder",
        listed=True,
    )
    kind = field(models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="certificates"), zh="证书类别",
                 en="Kind of certificate", listed=True)  # fmt: skip
    issued_on = field(models.DateField(), zh="颁发日期", en="Issued on", listed=True)
    expires_on = field(
        models.DateField(),
        zh="有效至",
        en="Valid until",
        listed=True,
        help_zh="当天仍有效",
        help_en="The day itself still counts",
    )
    revoked_on = field(
        models.DateField(null=True, blank=True), zh="吊销日期", en="Revoked on", listed=True, editable=False
    )
    revoked_for = field(
        models.CharField(max_length=200, blank=True, default=""),
        zh="吊销原因",
        en="Reason of revocation",
        editable=False,
    )
    attempt = field(
        models.ForeignKey(
            "learning.Attempt", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
        ),
        zh="考试记录",
        en="Attempt",
        editable=False,
    )
    evidence = field(
        models.CharField(max_length=200, blank=True, default=""), zh="颁发依据", en="Evidence of the certificate"
    )

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["user", "kind"], name="certificates_of_staff")]

    def __str__(self) -> str:
        return self.number
