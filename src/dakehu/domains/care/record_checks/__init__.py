"""Checks of service records (服务记录抽检): drawn at random, read by another person, some also by a blind second reader."""
