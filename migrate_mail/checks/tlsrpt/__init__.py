"""TLS reporting: the only word that senders give when TLS to the new server fails."""
