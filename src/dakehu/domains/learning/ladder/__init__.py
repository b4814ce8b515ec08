"""The ladder of levels (职级): conditions measured by the desk, proposals, and the decision of a second person."""
