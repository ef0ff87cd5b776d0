"""The first hour of a migration: look at the live domain, ask the rest, write the files."""
