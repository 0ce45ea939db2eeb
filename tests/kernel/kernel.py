"""A real Jupyter kernel, driven over its sockets without a browser.

These are no unit tests: cells that wait or block for real are what they are about, and
no clock of ours reaches into another process.
"""

import contextlib
import queue
import time

from jupyter_client.manager import KernelManager

START_TIMEOUT = 60


class Kernel:
    """Runs cells and sends comm messages, as a front end would."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_TIMEOUT)

    def send(self, code):
        """Queue a cell; returns its id."""
        return self.client.execute(code)

    def wait(self, *cells, timeout=60):
        """What these cells print, by cell, errors included; all must end."""
        printed = dict.fromkeys(cells, "")
        idle = set()
        deadline = time.monotonic() + timeout
        while idle < set(cells):
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                assert time.monotonic() < deadline, f"cells hang, so far: {printed}"
                continue
            parent = message["parent_header"].get("msg_id")
            if parent not in printed:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    printed[parent] += content["text"]
                case "error":
                    printed[parent] += f"{content['ename']}: {content['evalue']}\n"
                case "status" if content["execution_state"] == "idle":
                    idle.add(parent)
        return printed

    def run(self, code, timeout=60):
        """Run a cell; what it prints."""
        cell = self.send(code)
        return self.wait(cell, timeout=timeout)[cell].strip()

    def comm(self, comm_id, data):
        """Send what a view in a browser would send."""
        content = {"comm_id": comm_id, "data": data}
        message = self.client.session.msg("comm_msg", content)
        self.client.shell_channel.send(message)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        context = self.client.context
        if context is not None:
            context.destroy()


@contextlib.contextmanager
def running_kernel():
    kernel = Kernel()
    try:
        yield kernel
    finally:
        kernel.close()
