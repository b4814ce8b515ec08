"""What API and palette show of appraisal. Bonuses and scores are read by their own queries, within their own scope."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "appraisal.Scheme",
        path="appraisal-schemes",
        key="scheme",
        list="appraisal.schemes",
        create="appraisal.add_scheme",
        update="appraisal.change_scheme",
        is_merged=False,
    ),
)
