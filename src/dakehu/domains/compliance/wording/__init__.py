"""The wording check before a text is sent to a client."""
