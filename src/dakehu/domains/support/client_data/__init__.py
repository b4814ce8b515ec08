"""Client data (客户信息) in a text that is meant to hold none."""
