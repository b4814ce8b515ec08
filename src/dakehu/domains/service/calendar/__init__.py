"""The calendar: meetings, contact plans, working hours, goals, and all dated entries on one time axis."""
