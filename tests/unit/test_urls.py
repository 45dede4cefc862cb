"""No part of a URL that may be a secret is shown, however badly the URL is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestone_core.urls import without_secrets

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ws://127.0.0.1:1337", "ws://127.0.0.1:1337"),
        ("https://kupo.example/v1/", "https://kupo.example/v1/"),
        ("127.0.0.1:1337", "127.0.0.1:1337"),
        ("", ""),
        ("why?", "why?"),
        ("ws://me:hunter2@node.example:1337/a", "ws://(hidden)@node.example:1337/a"),
        ("https://kupo.example/v1?dmtr=hunter2", "https://kupo.example/v1?(hidden)"),
    ],
)
def test_what_is_no_secret_stays(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


AWKWARD = st.text("ab@:/?#[]%\\ \x00é", max_size=6)
PASSWORDS = st.builds("{}{}{}".format, AWKWARD, st.just(SECRET), AWKWARD)


@given(password=PASSWORDS, scheme=st.sampled_from(["", "ws://", "http://", "ws:/"]))
def test_a_password_is_hidden_whatever_is_in_it(password: str, scheme: str) -> None:
    assert SECRET not in without_secrets(f"{scheme}me:{password}@node.example:1337/v1")


@given(token=PASSWORDS)
def test_a_query_is_hidden_whatever_is_in_it(token: str) -> None:
    assert SECRET not in without_secrets(f"https://kupo.example/v1?token={token}")
