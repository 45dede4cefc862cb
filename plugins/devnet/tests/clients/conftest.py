"""Other people's clients against the devnet, unmodified.

A test whose client or runtime is missing is skipped with the reason; with
``MILESTONE_REQUIRE_CLIENTS=1``, as in CI, it fails instead.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from ogmios_answers import watching_answers

from milestone_devnet.node import Devnet, Settings
from milestone_devnet.ogmios.versions import Version

from .wallets import Wallet


def missing(what: str) -> NoReturn:
    """Skip, or fail where clients are required."""
    if os.environ.get("MILESTONE_REQUIRE_CLIENTS"):
        pytest.fail(f"{what} is missing, and MILESTONE_REQUIRE_CLIENTS is set")
    pytest.skip(f"{what} is missing")


def package(name: str) -> Any:
    """A client's package, or the test is skipped."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing(f"the Python package {name} ({error})")


@pytest.fixture(scope="module")
def v6() -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0, ogmios_version=Version.V6_14)) as devnet:
        yield devnet


@pytest.fixture(scope="module")
def v7() -> Iterator[Devnet]:
    with Devnet(Settings(block_time=0, ogmios_version=Version.V7_0)) as devnet:
        yield devnet


@pytest.fixture(scope="module", params=list(Version), ids=lambda version: version.full)
def either(request: pytest.FixtureRequest) -> Iterator[Devnet]:
    """A devnet of each version."""
    with Devnet(Settings(block_time=0, ogmios_version=request.param)) as devnet:
        yield devnet


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture(autouse=True)
def every_answer_fits_the_schema() -> Iterator[None]:
    """Also those that only other people's clients see."""
    with watching_answers() as problems:
        yield
    assert not problems, "\n".join(problems)
