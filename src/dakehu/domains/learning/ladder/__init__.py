"""The ladder of levels (职级): conditions that the desk measures, proposals, and the decision of a second person."""
