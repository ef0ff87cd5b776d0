"""migrate-mail takes an admin through a whole mail-server migration."""

__version__ = "0.1.0"
