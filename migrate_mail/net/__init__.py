"""The only code that opens sockets; returns facts, no opinions."""
