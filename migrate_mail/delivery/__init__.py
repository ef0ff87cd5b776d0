"""Test deliveries: send, find, time."""
