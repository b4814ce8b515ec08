"""Training mode (练习): people of the real desk on a desk of invented clients, and exercises checked by its audit."""
