"""Test messages that are sent and looked for."""
