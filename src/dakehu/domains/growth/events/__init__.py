"""Client events and seminars: invitations, answers, attendance, cost and follow-up."""
