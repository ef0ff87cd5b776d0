"""Mailbox sync: every message exactly once, the old side read-only."""
