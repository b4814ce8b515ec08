"""Parameters that identify rows of appraisal. No lists: scores and bonuses are read only by their own queries."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "appraisal.Scheme",
        key="appraisal_scheme",
        create="appraisal.add_scheme",
        update="appraisal.change_scheme",
        is_merged=False,
    ),
    Resource("appraisal.Period", key="appraisal_period", create="appraisal.open_period"),
    Resource("appraisal.Appraisal", key="appraisal"),
    Resource("appraisal.Objection", key="objection"),
    Resource("appraisal.Adjustment", key="adjustment"),
    Resource("appraisal.ConductEvent", key="conduct_event", create="appraisal.record_conduct"),
    Resource("appraisal.BookReview", key="book_review"),
    Resource("appraisal.BonusPool", key="bonus_pool", create="appraisal.add_pool"),
    Resource("appraisal.Tranche", key="tranche"),
    Resource("appraisal.Praise", key="praise", create="appraisal.praise"),
)
