"""Names of this domain in earlier versions."""

from dakehu.foundation.base.renamed import Kind, declare_renamed

declare_renamed(
    Kind.ACTION,
    {
        "team.drop_factor": "team.remove_factor",
        "team.drop_view": "team.delete_view",
        "team.form_team": "team.create_team",
        "team.make_recovery_codes": "team.create_recovery_codes",
        "team.make_token": "team.create_token",
        "team.open_branch": "team.create_branch",
        "team.sign_in_failed": "team.record_failed_sign_in",
        "team.signed_in": "team.record_sign_in",
        "team.tie_account": "team.link_account",
        "team.token_used": "team.record_token_use",
        # changes of roles are now decided as approvals of compliance
        "team.confirm_role": "compliance.approve",
        "team.refuse_role": "compliance.reject",
    },
)
