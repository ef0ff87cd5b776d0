"""A small world on loopback: DNS, SMTP and IMAP servers for the demo and the tests."""
