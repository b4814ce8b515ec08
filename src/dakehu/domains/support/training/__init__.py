"""Training mode (练习): users of the real desk on a desk with fictitious clients, and exercises checked by its audit."""
