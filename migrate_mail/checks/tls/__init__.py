"""TLS of the MX hosts: offered, with which certificate, in which versions; compared with old."""
