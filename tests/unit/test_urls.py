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
        ("ws://[::1]:1337", "ws://[::1]:1337"),
        ("ws://[::1]", "ws://[::1]"),
        ("https://kupo.example/v1?dmtr=hunter2", "https://kupo.example/v1?(hidden)"),
        ("http://kupo.example#hunter2", "http://kupo.example#(hidden)"),
        ("http://me:hunter2", "http://me:(hidden)"),
        ("http://me:hunter2/v1", "http://me:(hidden)/v1"),
    ],
)
def test_what_is_no_secret_stays(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


AWKWARD = st.text("ab@:/?#[]%\\ \x00é", max_size=6)
PASSWORDS = st.builds("{}{}{}".format, AWKWARD, st.just(SECRET), AWKWARD)


@given(password=PASSWORDS, scheme=st.sampled_from(["", "ws://", "http://", "ws:/"]))
def test_a_password_is_hidden_whatever_is_in_it(password: str, scheme: str) -> None:
    assert SECRET not in without_secrets(f"{scheme}me:{password}@node.example:1337/v1")


@given(
    token=PASSWORDS,
    place=st.sampled_from(["https://h/v1", "ws:/h", "127.0.0.1:9", "//h", "h/v1"]),
    mark=st.sampled_from(["?", "#", "?token=", "/?a=b&token="]),
)
def test_a_query_is_hidden_whatever_is_in_it(token: str, place: str, mark: str) -> None:
    assert SECRET not in without_secrets(place + mark + token)
