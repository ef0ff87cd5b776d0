"""A change is killed at every moment of its story; the next run brings it to the right end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrate_mail.dns_changes.apply import carry_out
from migrate_mail.dns_changes.model import Change
from support.name_servers import (
    DOMAIN,
    NEW,
    OLD,
    SWITCH,
    Clockwork,
    NameServers,
    desk_at,
    store_at,
    updater,
)

CHILD = Path(__file__).with_name("killed_child.py")
MOMENTS = [
    "before plan_dns_change", "after plan_dns_change",
    "before started", "after started",
    "before driver", "after driver",
    "before applied", "after applied",
    "before observe_ttls", "after observe_ttls",
    "before read-back", "after read-back",
]  # fmt: skip


def run_until(moment: str, servers: NameServers, folder: Path, change: str) -> None:
    """Carry a change out in a process of its own that is killed at a moment of it."""
    words = [*map(str, servers.ports), str(folder), change, moment]
    done = subprocess.run(
        [sys.executable, str(CHILD), *words],
        input=servers.secret,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def run_again(servers: NameServers, folder: Path, change: Change, kind="switch"):
    """Carry the same change out in peace; return all changes that are recorded."""
    with store_at(folder) as store:
        dns = servers.dns()
        driver = updater(dns, servers.primary, servers.secret)
        desk = desk_at(dns, store, Clockwork(), [])
        carry_out(desk, driver, change, kind=kind, domain=DOMAIN)
        return store.dns_changes()


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_switch_ends_right(moment, tmp_path):
    """Wherever the process died: the next run ends with new in the zone, proved, and made once."""
    with NameServers() as servers:
        rest = servers.rest()
        run_until(moment, servers, tmp_path, "switch")

        changes = run_again(servers, tmp_path, SWITCH)

        assert servers.held() == NEW
        assert servers.rest() == rest
        assert servers.ns1.updates == [0]
        assert changes[-1].last_event == "read-back"
        assert changes[-1].inverse == SWITCH.inverse().to_data()
        assert {c.last_event for c in changes[:-1]} <= {"abandoned", "read-back"}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_rollback_ends_right(moment, tmp_path):
    """The way back survives the same."""
    with NameServers() as servers:
        rest = servers.rest()
        run_again(servers, tmp_path, SWITCH)
        run_until(moment, servers, tmp_path, "rollback")

        changes = run_again(servers, tmp_path, SWITCH.inverse(), kind="rollback")

        assert servers.held() == OLD
        assert servers.rest() == rest
        assert servers.ns1.updates == [0, 0]
        assert changes[-1].kind == "rollback"
        assert changes[-1].last_event == "read-back"
