"""The people of the migration: whether they can be reached when mail does not work."""
