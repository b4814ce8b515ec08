"""Registrations of staff: with which register, under which number, from when to when; what may not be done without."""
