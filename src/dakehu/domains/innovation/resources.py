"""Resources of pages and API: ideas, trials and the service catalogue."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "innovation.Idea",
        path="ideas",
        key="idea",
        list="innovation.ideas",
        get="innovation.idea",
        create="innovation.file_idea",
        update="innovation.change_idea",
        asked_first=("title", "topic", "problem", "proposal", "beneficiaries"),
    ),
    Resource(
        "innovation.Trial",
        path="trials",
        key="trial",
        list="innovation.trials",
        get="innovation.trial",
        create="innovation.add_trial",
        update="innovation.change_trial",
        delete="innovation.remove_trial",
        asked_first=("name", "hypothesis", "varied", "treatment", "measure", "hoped_effect", "days"),
    ),
    Resource("innovation.TrialMember", of_client="innovation.client_trials"),
    Resource("innovation.CatalogueService", key="catalogue_service"),
    Resource(
        "innovation.ServiceVersion",
        path="service-versions",
        key="service_version",
        list="innovation.service_versions",
        create="innovation.add_service",
        update="innovation.change_service",
        is_merged=False,
        asked_first=("code", "name", "description", "tiers", "channel", "valid_from"),
    ),
)
