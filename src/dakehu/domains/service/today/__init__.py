"""Today's list: what a member of staff has to do now, in working order."""
