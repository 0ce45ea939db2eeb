"""What holds for all tests: browser tests need a browser, and CI skips nothing.

One exception: the newest DuckDB has no package with the crypto that an encrypted
store needs. CI runs those tests in its pass with the oldest supported versions.
"""

import duckdb
import pytest

from imnb.errors import EncryptionUnavailable
from imnb.store import crypto
from tests.widgets.page import CHROMIUM


def pytest_addoption(parser):
    parser.addoption(
        "--complete",
        action="store_true",
        help="fail when a test was skipped: for machines that have everything",
    )


NO_BROWSER = "no Chromium on this machine: apt-get install chromium"
NO_CRYPTO = "DuckDB has no crypto here: run with the oldest supported versions"


def has_crypto():
    connection = duckdb.connect()
    try:
        crypto.load(connection)
    except EncryptionUnavailable:
        return False
    finally:
        connection.close()
    return True


def pytest_collection_modifyitems(items):
    lacking = {}
    if CHROMIUM is None:
        lacking["browser"] = NO_BROWSER
    if not has_crypto():
        lacking["encryption"] = NO_CRYPTO
    for item in items:
        for marker, reason in lacking.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("complete") or reporter is None:
        return
    skips = reporter.stats.get("skipped", [])
    skipped = sum(NO_CRYPTO not in str(report.longrepr) for report in skips)
    if skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"--complete: {skipped} tests were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
