"""Checks of service records (服务记录抽检): drawn at random, read by somebody else, some by a second reader who is blind."""
