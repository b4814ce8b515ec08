"""Every table of the foundation, for Django."""

from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.audit.models import AuditEntries, AuditEntry, AuditSeal
from dakehu.foundation.calendar.models import CalendarDay
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.imports.models import SourceProfile
from dakehu.foundation.installation.models import InstallationRecord
from dakehu.foundation.jobs.models import Job, JobState
from dakehu.foundation.live.models import LivePresence
from dakehu.foundation.nightly.models import NightlyRun, NightlyStepRun, NightState
from dakehu.foundation.records.custom_field import CustomField, FieldKind, Openness

__all__ = [
    "AuditEntries",
    "AuditEntry",
    "AuditSeal",
    "Batch",
    "BatchState",
    "CalendarDay",
    "CustomField",
    "FieldKind",
    "InstallationRecord",
    "Job",
    "JobState",
    "LivePresence",
    "NightState",
    "NightlyRun",
    "NightlyStepRun",
    "Openness",
    "SourceProfile",
    "StoredFile",
]
