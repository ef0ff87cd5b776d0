"""The switch that writes the expected texts anew; review the difference as a product."""

from __future__ import annotations


def pytest_addoption(parser):
    """Add `--update`."""
    parser.addoption("--update", action="store_true", help="write the expected texts anew")
