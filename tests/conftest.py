"""What holds for all tests: browser tests need a browser, and CI skips nothing."""

import pytest

from tests.widgets.page import CHROMIUM


def pytest_addoption(parser):
    parser.addoption(
        "--complete",
        action="store_true",
        help="fail when a test was skipped: for machines that have everything",
    )


def pytest_collection_modifyitems(items):
    if CHROMIUM is not None:
        return
    reason = "no Chromium on this machine: apt-get install chromium"
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("complete") or reporter is None:
        return
    skipped = len(reporter.stats.get("skipped", []))
    if skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"--complete: {skipped} tests were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
