"""A person's sign-in between two commands: sealed, or not kept."""

from __future__ import annotations

import pytest

from migrate_mail.errors import SecretError

pytest.importorskip("msal", reason="the oauth extra is not installed")
keyring = pytest.importorskip("keyring", reason="the keyring extra is not installed")


class Drawer(keyring.backend.KeyringBackend):
    """A keyring that lasts as long as the test. full: it takes nothing."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}
        self.full = False

    def get_password(self, service, username):
        """Return what was kept."""
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        """Keep it."""
        if self.full:
            raise keyring.errors.PasswordSetError
        self.kept[service, username] = password


class PlaintextKeyring(Drawer):
    """A keyring that writes to disk as it is."""


@pytest.fixture
def use():
    """Make a keyring the system's, for the time of a test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_kept_sign_in_is_enough_next_time(use, sign_in, tokens, login, told):
    """The second command asks nobody: it renews what the keyring has."""
    use(Drawer())
    anna = login(flow="device", remember="keyring")

    tokens().get(anna)
    again = tokens().get(anna)

    assert again.reveal() == "token-2"
    assert len(told) == 1


def test_each_person_has_a_sign_in_of_their_own(use, sign_in, tokens, login):
    """Nobody's kept sign-in opens another's mailbox."""
    drawer = Drawer()
    use(drawer)

    tokens().get(login(flow="device", remember="keyring"))
    sign_in.person = "ben@example.org"
    tokens().get(login("ben@example.org", flow="device", remember="keyring"))

    assert [user for _, user in drawer.kept] == ["c anna@example.org", "c ben@example.org"]


def test_memory_only_is_the_rule(use, tokens, login):
    """Unless it is asked for, nothing is kept."""
    drawer = Drawer()
    use(drawer)

    tokens().get(login(flow="device"))

    assert drawer.kept == {}


def test_a_full_keyring_costs_a_sign_in_only(use, tokens, login, told):
    """What cannot be kept is said, and the token is there all the same."""
    drawer = Drawer()
    drawer.full = True
    use(drawer)

    assert tokens().get(login(flow="device", remember="keyring")).reveal() == "token-1"
    assert told[-1] == "the keyring did not take the sign-in: PasswordSetError"


@pytest.mark.parametrize("kind", [PlaintextKeyring, keyring.backends.fail.Keyring])
def test_a_keyring_that_seals_nothing_is_refused(use, sign_in, tokens, login, kind):
    """A token is never written to disk in the clear."""
    use(kind())

    with pytest.raises(SecretError) as caught:
        tokens().get(login(flow="device", remember="keyring"))

    assert "does not seal" in caught.value.message
    assert sign_in.asked == []
