"""The state file: what happened."""
