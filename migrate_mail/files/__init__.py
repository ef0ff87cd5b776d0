"""The files that an admin writes: reading them with positions, complaining with a caret."""
