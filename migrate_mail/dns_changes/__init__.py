"""Changing DNS: a pure plan, a compare-and-swap, a read-back."""
