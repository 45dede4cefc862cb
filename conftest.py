"""With ``MILESTONE_REQUIRE_ALL=1``, as in CI, nothing is skipped and more examples are tried."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

REQUIRE_ALL = os.environ.get("MILESTONE_REQUIRE_ALL") == "1"

# A machine that is busy with something else is no failure.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _patient, max_examples=60)
settings.register_profile("thorough", _patient, max_examples=200)
settings.load_profile("thorough" if REQUIRE_ALL else "default")

ReportT = pytest.TestReport | pytest.CollectReport


def _refuse_skip(report: ReportT) -> None:
    expected_to_fail = hasattr(report, "wasxfail")
    if REQUIRE_ALL and report.skipped and not expected_to_fail:
        report.outcome = "failed"
        report.longrepr = f"everything is required, and this was skipped: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
