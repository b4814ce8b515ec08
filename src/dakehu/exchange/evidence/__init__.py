"""Evidence packs: what was said, checked, shown, agreed and done with a client, verifiable without the desk."""
