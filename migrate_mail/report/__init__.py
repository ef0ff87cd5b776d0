"""From the state file to what people read."""
