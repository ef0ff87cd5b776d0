"""DANE: the TLSA records of the MX hosts, and the certificates that they promise."""
