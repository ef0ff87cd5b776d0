"""Mailboxes: logins, and that nothing is missing."""
