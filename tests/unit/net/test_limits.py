"""Never a storm at one host."""

from __future__ import annotations

import threading

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.limits import HostLimits

HERE = Endpoint("mx.example", "192.0.2.1", 25)


def test_no_slot_is_busy():
    """When all slots stay taken, the caller hears `busy` and not an endless wait."""
    limits = HostLimits(per_host=1)
    with limits.slot(HERE), pytest.raises(NetError, match="in use") as caught:
        limits.slot(HERE, wait=0.01).__enter__()
    assert caught.value.kind == "busy"


def test_slots_are_for_the_address():
    """Two names of one address share its slots; another port has its own."""
    limits = HostLimits(per_host=1)
    alias = Endpoint("other.example", "192.0.2.1", 25)
    with limits.slot(HERE):
        with pytest.raises(NetError):
            limits.slot(alias, wait=0).__enter__()
        with limits.slot(Endpoint("mx.example", "192.0.2.1", 993), wait=0):
            pass


def test_waiter_gets_the_slot_that_comes_free():
    """Who waits goes on as soon as a slot is given back, also after an error."""
    limits, got = HostLimits(per_host=1), threading.Event()

    def waiter():
        with limits.slot(HERE, wait=10):
            got.set()

    def holder():
        with limits.slot(HERE):
            thread.start()
            assert not got.wait(0.05)
            raise ZeroDivisionError

    thread = threading.Thread(target=waiter)
    with pytest.raises(ZeroDivisionError):
        holder()
    assert got.wait(10)
    thread.join()


def test_own_limit():
    """A server's own number of connections goes before the usual one."""
    limits = HostLimits(per_host=1)
    with limits.slot(HERE, most=2), limits.slot(HERE, most=2, wait=0):
        pass
