"""The pool of prospects whom nobody serves: who may take one, how many, and when one goes back."""
