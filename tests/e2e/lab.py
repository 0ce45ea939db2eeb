"""JupyterLab with settings of its own, and a browser on it."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from playwright.sync_api import TimeoutError

from tests.widgets.page import chromium

ROOT = pathlib.Path(__file__).parents[2]
SCREENSHOTS = ROOT / "tests" / "screenshots"
TOKEN = "test-token"
START_TIMEOUT = 90
QUIET = '{"fetchNews": "false", "checkForUpdates": false}'
FAILURE = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
"""A traceback, or anything else on standard error."""
RESULT = ".jp-CodeCell .jp-OutputArea-prompt"
"""Its number tells that a cell is over. The number beside the code may stay [*]:
ipykernel 7.4 sends a cell's idle status with the parent of the cell before when a
comm message came between the two (`Kernel.shell_main`, its ``finally``)."""
RUN = """([before, count, result, failure]) => {
  const now = [...document.querySelectorAll(result)].map((one) => one.textContent);
  const isNew = (text) => /\\d/.test(text) && !before.includes(text);
  return document.querySelector(failure) || now.length >= count && now.every(isNew);
}"""
READY = """() => {
  const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return context?.isReady && kernel?.connectionStatus === "connected"
    && kernel.status === "idle";
}"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_lab(folder):
    """Start JupyterLab on a folder; gives its base URL."""
    port = free_port()
    settings = folder / ".settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(QUIET)
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": ".settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = {
        **os.environ,
        **{name: str(folder / place) for name, place in places.items()},
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_up(f"{url}/api/status?token={TOKEN}", server, folder / "lab.log")
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)


def wait_until_up(url, server, log):
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
        else:
            return
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


class Lab:
    """A page of JupyterLab that shows one notebook."""

    def __init__(self, browser, url, notebook, width=1400, height=2400):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.page.set_default_timeout(30_000)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}/lab/tree/{notebook}?token={TOKEN}")
        self.page.wait_for_selector(
            "#jupyterlab-splash", state="detached", timeout=90_000
        )
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_for_kernel()

    def wait_for_kernel(self):
        self.page.wait_for_function(READY, timeout=90_000)

    def command(self, name, arguments="{}"):
        """Run a command of JupyterLab without waiting for its end."""
        self.page.evaluate(
            f"() => {{ window.jupyterapp.commands.execute('{name}', {arguments}) }}"
        )

    def run_all(self):
        """Run all cells, each of which has a result, and wait for these."""
        before = self.counts()
        self.command("notebook:run-all-cells")
        try:
            cells = self.page.locator(".jp-CodeCell").count()
            self.page.wait_for_function(
                RUN, arg=[before, cells, RESULT, FAILURE], timeout=60_000
            )
        except TimeoutError as error:
            self.screenshot("failed-run")
            prompts = f"before {before}, now {self.counts()}"
            raise AssertionError(f"cells did not end: {prompts}") from error
        assert self.page.locator(FAILURE).all_text_contents() == []
        self.wait_for_kernel()

    def counts(self):
        """The numbers of the results; each cell of a notebook here has one."""
        return self.page.locator(RESULT).all_text_contents()

    def theme(self, name):
        self.command("apputils:change-theme", f"{{theme: '{name}'}}")
        light = "false" if "Dark" in name else "true"
        self.page.wait_for_selector(
            f'body[data-jp-theme-light="{light}"]', state="attached"
        )

    def screenshot(self, name, selector=None):
        SCREENSHOTS.mkdir(exist_ok=True)
        target = self.page.locator(selector).first if selector else self.page
        target.screenshot(path=SCREENSHOTS / f"{name}.png")


@contextlib.contextmanager
def open_notebook(folder, notebook, **size):
    """JupyterLab in Chromium on a copy of a shipped notebook."""
    shutil.copy(ROOT / "notebooks" / notebook, folder / notebook)
    with running_lab(folder) as url, chromium() as browser:
        yield Lab(browser, url, notebook, **size)
