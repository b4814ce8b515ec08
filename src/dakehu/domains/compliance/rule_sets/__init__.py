"""The rules that the desk applies, each with its version, source and certainty."""
