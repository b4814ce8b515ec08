"""The columnar snapshot of clients used for pivots over many clients."""
