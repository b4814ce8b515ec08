"""The effort of another contact rhythm, and the outcomes that the desk's own history associates with it."""
