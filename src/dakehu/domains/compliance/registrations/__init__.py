"""Registrations of staff: register, number, first and last day; and the actions that require one."""
