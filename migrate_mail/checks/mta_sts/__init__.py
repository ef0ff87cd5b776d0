"""MTA-STS: the policy that tells senders which MX hosts to trust, and only with TLS."""
