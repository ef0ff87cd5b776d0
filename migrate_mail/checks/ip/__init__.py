"""The addresses that mail is sent from: reverse names, EHLO names, blocking lists."""
