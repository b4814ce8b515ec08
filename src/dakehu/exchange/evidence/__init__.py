"""Evidence packs: what was said, checked, shown, agreed and done with a client, to be verified without the desk."""
