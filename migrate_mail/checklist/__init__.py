"""Checklist files: what to do."""
