"""Run the command line with `python -m migrate_mail`."""

from migrate_mail.cli.main import main

main()
