"""A client's report as PDF: what it tells, its charts, its page, and how it leaves the desk."""
