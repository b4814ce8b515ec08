"""Training hours (学时): required hours by person and year, and credited hours."""
