"""What the business says and does, one room per subject, named in the user's words."""
