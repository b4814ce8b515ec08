"""Reviews: what the person, the manager and compliance write to an appraisal."""
