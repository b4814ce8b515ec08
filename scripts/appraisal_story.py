"""Print a period of appraisal of the desk in DAKEHU_HOME: every person with the calculation, revisions, and a check
of the sums.

    DAKEHU_HOME=… .venv/bin/python scripts/appraisal_story.py [name of the period]

By default the newest frozen period. Read-only, as the system.
"""

import os
import sys

import django


def main(name: str) -> int:
    """Print the period; return 0 if every recomputed score is equal, else 1."""
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.gates import ask

    with acting_as(system_actor("print a period of appraisal", "cli")):
        frozen = [one for one in ask("appraisal.periods", {}) if one["state"] != "open" and name in ("", one["name"])]
        if not frozen:
            print("no frozen period of this name")
            return 1
        period = ask("appraisal.period", {"appraisal_period": frozen[0]["id"]})
        print(f"{period['name']} · {period['state']} · {period['digest'][:16]}")
        for person in period["people"]:
            found = ask("appraisal.appraisal", {"appraisal": person["id"]})
            score = found["score"]
            print(
                f"\n{person['user']['name']} {person['team']}: {score['score_text']}, rated weight {score['rated_share']}"
            )
            for line in found["lines"]:
                numbers = " ".join(f"{key}={line[key]}" for key in ("k", "n", "raw", "shrunk", "points"))
                print(
                    f"  {line['measure']:22} {line['state']:9} {line['weight']:>3} → {line['used_weight']:<9} {numbers}"
                )
            print(
                f"  {score['gate']} × max(0, {score['total']} − {score['deduction']}) + {score['adjustment']} = {score['final']}"
            )
            for one in found["revisions"]:
                print(f"  revision {one['revision']} {one['cause_text']}: {one['score_text']} {one['reason']}")
        check = ask("appraisal.verify_period", {"appraisal_period": period["id"]})
        print(f"\n{check['same']} of {check['scores']} scores computed again are the same")
    return 1 if check["different"] else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    django.setup()
    sys.exit(main(" ".join(sys.argv[1:])))
