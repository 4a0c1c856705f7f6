"""Checks of the reader's own parts that no vector of the product shows; run by `python3 -m unittest`."""
