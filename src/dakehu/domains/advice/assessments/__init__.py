"""Risk questionnaires: sent by a signed link, filled in by the client, scored, reviewed."""
