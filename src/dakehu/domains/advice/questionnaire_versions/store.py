"""The versions of the questionnaire that were ever used: those shipped with the desk, and those that the firm approved."""

from datetime import date
from typing import Any

from dakehu.domains.advice.assessments.questionnaires import Questionnaire, read, shipped_contents
from dakehu.domains.advice.models import QuestionnaireVersion
from dakehu.domains.advice.questionnaire_versions.choices import VersionState


def questionnaire_of(row: QuestionnaireVersion) -> Questionnaire:
    """Return a stored version as a questionnaire."""
    return read({**row.content, "version": row.name, "effective_from": row.effective_from.isoformat()})


def versions() -> dict[str, Questionnaire]:
    """Return every version that may be used from its day on, by its name, the earliest first."""
    found = [read(content) for content in shipped_contents()]
    found += map(questionnaire_of, QuestionnaireVersion.objects.filter(state=VersionState.APPROVED.value))
    return {one.version: one for one in sorted(found, key=lambda one: one.effective_from)}


def find_version(name: str) -> Questionnaire | None:
    """Return a version by its name, None for one that was never used."""
    return versions().get(name)


def in_force(day: date) -> Questionnaire:
    """Return the version that is in force on a day; the first version for earlier days."""
    found = list(versions().values())
    return next((one for one in reversed(found) if one.effective_from <= day), found[0])


def content_of(name: str) -> dict[str, Any]:
    """Return the plain content of a version that may be used. Raises KeyError for any other."""
    row = QuestionnaireVersion.objects.filter(name=name, state=VersionState.APPROVED.value).first()
    if row is not None:
        return dict(row.content)
    return next(content for content in shipped_contents() if content["version"] == name)
