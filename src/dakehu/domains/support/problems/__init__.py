"""Known problems (已知问题): described with a way around, subscribed to, fixed."""
