"""The mood of a text: features, model, words of mood, decision."""
