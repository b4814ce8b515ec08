"""Reviews: notes of the person, the manager and compliance on an appraisal."""
