"""Other people's packages that listen to pushes, found by their entry points.

::

    [project.entry-points."imnb.notifications"]
    typing = "my_package.imnb:register"

``register(client)`` is called once for each client, before its first log-in; it
subscribes with ``client.on(...)``.
"""

import importlib.metadata

from imnb.engine.states import ReportError

GROUP = "imnb.notifications"


def load(client: object, report: ReportError) -> None:
    """Have all of them register; one that fails is reported, and left out."""
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            entry.load()(client)
        except Exception as error:
            report(f"plug-in {entry.name} ({entry.value})", error)
