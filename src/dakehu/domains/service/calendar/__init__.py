"""The calendar: meetings, contact plans, working hours, goals, and everything dated on one time axis."""
