"""Signals of Blinker, to watch what happens: a receiver can change nothing.

    from coldpress import site_built

    @site_built.connect
    def tell(app, site, output, rendered, **more):
        app.logger.info("%s: %s pages", site.name, len(rendered))

The sender is the app, as it is of Flask's own signals.
"""

from __future__ import annotations

import sys
from typing import Any

from blinker import Namespace, Signal

_signals = Namespace()

site_loaded = _signals.signal("site-loaded", """Sent after the content was loaded, in each process that loads it,
with `site`.""")
site_built = _signals.signal("site-built", """Sent after a build has published, with `site`, the folder as `output`,
the paths of the pages that were `rendered`, and the names of the files that were `written` and `removed`.""")


def send(signal: Signal, app: object, **values: Any) -> None:
    """Sends a signal to its receivers, but not to those of modules that were imported again since,
    as the preview does with a site's own code."""
    for receiver in list(signal.receivers_for(app)):
        module = sys.modules.get(getattr(receiver, "__module__", ""))
        if module is not None and getattr(receiver, "__globals__", vars(module)) is not vars(module):
            signal.disconnect(receiver)
    signal.send(app, **values)
