"""What those who operate the desk ask it: whether it lives, whether it is ready, and how it fares in figures."""
