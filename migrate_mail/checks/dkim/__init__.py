"""DKIM: the keys that new signs with, those that old signed with, and a message that was signed."""
