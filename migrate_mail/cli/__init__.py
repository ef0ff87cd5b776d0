"""The command line: the only importer of typer."""

import gc

# A short run makes many objects and little garbage: looking for it often costs a tenth of the time,
# and loading what the command needs is the most of it.
gc.set_threshold(150_000, 20, 20)
