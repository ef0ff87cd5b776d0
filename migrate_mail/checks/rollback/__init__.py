"""The way back: whether it is open."""
