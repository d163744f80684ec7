"""The layers of `confine.py`. Each takes hold, or raises `Missing` with the reason."""
