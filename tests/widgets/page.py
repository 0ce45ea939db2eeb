"""A bare page in headless Chromium that mounts a view's ES module.

The model is a stand-in for anywidget's: `send` collects what the view says,
`receive` plays the kernel. No notebook server is needed.
"""

import base64
import contextlib
import json
import pathlib
import shutil

from playwright.sync_api import sync_playwright

SCREENSHOTS = pathlib.Path(__file__).parents[1] / "screenshots"
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-extensions",
]
DARK = {
    "--jp-layout-color1": "#111111",
    "--jp-layout-color2": "#212121",
    "--jp-border-color2": "#424242",
    "--jp-ui-font-color1": "rgba(255,255,255,0.87)",
    "--jp-ui-font-color2": "rgba(255,255,255,0.54)",
    "--jp-ui-inverse-font-color1": "rgba(0,0,0,0.8)",
    "--jp-brand-color1": "#42a5f5",
    "--jp-error-color1": "#e57373",
    "--jp-success-color1": "#66bb6a",
    "--jp-warn-color1": "#ffb74d",
}
# What JupyterLab and ipywidgets do to the page that views are put into.
JUPYTER = """
.jp-ThemedContainer button { border-radius: 2px; }
.widget-box { box-sizing: border-box; display: flex; margin: 0; overflow: auto; }
.widget-hbox { flex-direction: row; }
.widget-vbox { flex-direction: column; }
"""
APP = """
<div class="imnb-app widget-box widget-hbox">
  <div class="imnb-side widget-box widget-vbox"></div>
  <div class="imnb-main widget-box widget-vbox"></div>
</div>
"""
MOUNT = """
async ([name, source, css, parent]) => {
  const module = await import("data:text/javascript;base64," + source);
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const listeners = [];
  const model = {
    sent: [],
    send: (message) => model.sent.push(message),
    on: (event, listener) => listeners.push(listener),
    off: (event, listener) => listeners.splice(listeners.indexOf(listener), 1),
    listeners,
    receive: (message) => listeners.forEach((listener) => listener(message)),
  };
  const el = document.createElement("div");
  document.querySelector(parent).append(el);
  window.models = { ...(window.models || {}), [name]: model };
  model.destroy = module.default.render({ model, el });
}
"""


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Page:
    """A page with views.

    Attributes:
        errors: what scripts of the page raised.
        dialogs: what was popped up.
        requests: addresses that were asked for.
    """

    def __init__(self, browser, width=1000, height=620, dark=False):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.dialogs = []
        self.page.on("dialog", self._dismiss)
        self.requests = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        theme = ";".join(f"{k}:{v}" for k, v in DARK.items()) if dark else ""
        self.page.set_content(
            f"<html><style>{JUPYTER}</style><body class='jp-ThemedContainer' "
            f"style='margin:8px;background:{'#111' if dark else '#fff'};"
            f"{theme}' data-jp-theme-light='{'false' if dark else 'true'}'>"
            "<div id='root'></div></body></html>"
        )

    def _dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def left(self):
        """Requests that went to the network."""
        return [url for url in self.requests if not url.startswith(("data:", "about:"))]

    def layout(self, html):
        self.page.evaluate(
            "html => document.querySelector('#root').innerHTML = html", html
        )

    def mount(self, name, view, parent="#root"):
        source = base64.b64encode(str(view._esm).encode()).decode()
        self.page.evaluate(MOUNT, [name, source, str(view._css), parent])

    def set_height(self, height):
        """What a notebook's layout does to the one view of a page."""
        self.page.evaluate(
            "h => { document.querySelector('#root > div').style.height = h + 'px' }",
            height,
        )

    def receive(self, name, frame):
        number = frame.get("number", 1)
        message = json.loads(json.dumps({"type": "frame", **frame, "number": number}))
        self.page.evaluate("([n, m]) => window.models[n].receive(m)", [name, message])
        self.page.wait_for_function(
            "([n, k]) => window.models[n].sent"
            ".some(m => m.type == 'ack' && m.number >= k)",
            arg=[name, number],
        )

    def sent(self, name, kind=None):
        sent = self.page.evaluate("n => window.models[n].sent", name)
        return [m for m in sent if kind is None or m["type"] == kind]

    def forget(self, name):
        """Forget what was sent so far."""
        self.page.evaluate("n => { window.models[n].sent.length = 0 }", name)

    def wait_for(self, name, kind, count=1):
        """Wait until the view has sent so many messages of a kind."""
        self.page.wait_for_function(
            "([n, t, c]) => window.models[n].sent.filter(m => m.type == t).length >= c",
            arg=[name, kind, count],
        )
        return self.sent(name, kind)

    def paint(self, frames=3):
        """Let the browser draw what is due."""
        self.page.evaluate(
            "async n => { while (n--) await new Promise(requestAnimationFrame) }",
            frames,
        )

    def overflows(self):
        """Visible elements that are wider than the page."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll("#root *")].filter((e) => {
              const box = e.getBoundingClientRect();
              const scrolls = e.closest(".imnb-table");
              return !scrolls && box.width && box.right > innerWidth + 1;
            }).map((e) => e.className)"""
        )

    def screenshot(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.paint()
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def close(self):
        self.page.close()
