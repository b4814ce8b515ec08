"""Addresses of appraisal: one's own, the team's, periods, schemes, bonuses."""

from django.urls import path

from dakehu.interfaces.web.views import appraisal, appraisal_bonuses, appraisal_periods, appraisal_schemes

urlpatterns = [
    path("appraisal/mine/", appraisal.mine, name="appraisal"),
    path("appraisal/<int:pk>/", appraisal.explanation, name="appraisal-explained"),
    path("appraisal/<int:pk>/<slug:measure>/", appraisal.rows, name="appraisal-rows"),
    path("appraisal/team/", appraisal_periods.team_page, name="appraisal-team"),
    path("appraisal/periods/", appraisal_periods.listed, name="appraisal-periods"),
    path("appraisal/periods/<int:pk>/", appraisal_periods.period, name="appraisal-period"),
    path("appraisal/periods/<int:pk>/calibration/", appraisal_periods.calibration, name="appraisal-calibration"),
    path("appraisal/schemes/", appraisal_schemes.listed, name="appraisal-schemes"),
    path("appraisal/schemes/<int:pk>/", appraisal_schemes.scheme, name="appraisal-scheme"),
    path("appraisal/bonuses/", appraisal_bonuses.listed, name="appraisal-bonuses"),
    path("appraisal/bonuses/<int:pk>/", appraisal_bonuses.pool, name="appraisal-pool"),
]
