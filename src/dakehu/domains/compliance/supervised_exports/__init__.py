"""Records of many clients leave by no way without a second person: asked for, approved, made with the sight of that moment."""
