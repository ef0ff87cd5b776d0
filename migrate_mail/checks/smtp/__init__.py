"""What MX hosts say when the world calls."""
