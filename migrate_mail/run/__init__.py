"""Running steps and deciding: bind, run, gate, rollback."""
