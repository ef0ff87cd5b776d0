"""MX hosts: names and addresses."""
