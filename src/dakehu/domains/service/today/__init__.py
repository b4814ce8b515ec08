"""Today's list: what a member of staff is to do now, in the order in which it is worked."""
