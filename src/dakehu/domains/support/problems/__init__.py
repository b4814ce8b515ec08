"""Known problems (已知问题): described with a workaround, subscribed to, fixed."""
