"""What pages, API and workbook show of suitability and advice."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "advice.SuitabilityCheck",
        key="suitability",
        list="advice.checks",
        of_client="advice.client_checks",
        offers=("advice.record_check", "advice.send_questionnaire", "advice.apply_for_class"),
        tab=True,
        is_merged=False,
    ),
    Resource(
        "advice.Assessment", list="advice.assessments", of_client="advice.client_assessments", tab=True, is_merged=False
    ),
    Resource(
        "advice.ClassApplication",
        key="application",
        list="advice.class_applications",
        of_client="advice.client_class_applications",
        is_merged=False,
    ),
    Resource("advice.CallBack", key="call_back", of_client="advice.client_call_backs", is_merged=False),
    Resource("advice.ProductGrade", list="advice.product_grades", is_merged=False),
)
