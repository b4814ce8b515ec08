"""The columnar snapshot of clients that pivots over many clients are counted from."""
