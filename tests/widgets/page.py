"""A bare page in headless Chromium that mounts a view's ES module.

The model is a stand-in for anywidget's: `send` collects what the view says,
`receive` plays the kernel. No notebook server is needed.
"""

import base64
import contextlib
import json
import shutil

from playwright.sync_api import sync_playwright

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
    "--jp-brand-color1": "#42a5f5",
    "--jp-error-color1": "#e57373",
    "--jp-success-color1": "#66bb6a",
    "--jp-warn-color1": "#ffb74d",
}
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
    off: () => {},
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
    """A page with views; `errors` collects what went wrong in it."""

    def __init__(self, browser, width=1000, height=620, dark=False):
        self.page = browser.new_page(viewport={"width": width, "height": height})
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.requests = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        theme = ";".join(f"{k}:{v}" for k, v in DARK.items()) if dark else ""
        self.page.set_content(
            f"<html><body style='margin:8px;background:{'#111' if dark else '#fff'};"
            f"{theme}' data-jp-theme-light='{'false' if dark else 'true'}'>"
            "<div id='root'></div></body></html>"
        )

    def layout(self, html):
        self.page.evaluate(
            "html => document.querySelector('#root').innerHTML = html", html
        )

    def mount(self, name, view, parent="#root"):
        source = base64.b64encode(str(view._esm).encode()).decode()
        self.page.evaluate(MOUNT, [name, source, str(view._css), parent])

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

    def close(self):
        self.page.close()
