"""Operational endpoints of the desk: liveness, readiness and metrics."""
