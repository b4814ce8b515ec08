"""Client data (客户信息) in a text that must contain none."""
