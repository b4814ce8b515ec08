"""Staff, branches, teams, roles, tokens and saved views.

The lowest domain in the layering, because every other one refers to people.
"""

# What interfaces and exchange may import besides queries, actions, permissions and resources.
PUBLIC = (
    "audit_export",
    "audit_queries",
    "credentials",
    "custom_fields",
    "first_account",
    "notices",
    "pulls",
    "role_changes",
    "roles",
    "rules",
    "setup_checklist",
    "sign_in.backends",
    "sign_in.one_time_links",
    "sign_in.second_factors",
    "sign_in.session_actor",
    "sign_in.sessions",
    "sign_in.single_sign_on",
)
