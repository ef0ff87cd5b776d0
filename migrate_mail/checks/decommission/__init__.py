"""Before old is switched off: whether enough time has passed, and what still names it."""
