"""`clean`: removes the files that Coldpress wrote, and no others."""

from __future__ import annotations

import shutil
from functools import partial

from coldpress.build.context import BuildContext
from coldpress.build.output import failures_told, output_of, refuse_linked_output
from coldpress.build.output_folder import only_one
from coldpress.build.records import Records
from coldpress.paths import STATE, make_state
from coldpress.report import counted
from coldpress.web.template_compiler import CompiledTemplates


def clean(context: BuildContext, *, cache: bool = False) -> int:
    """Removes the site's files; with `cache` also the folder `.coldpress`, and all compiled templates."""
    _, site = context.make_app()
    output = output_of(site)
    refuse_linked_output(site, output)
    with failures_told(output):
        state = make_state(site.root / STATE)
        with only_one(state):
            records = Records(state, output.key)
            output.owned.check(records.files.keys(), partial(records.is_published, output.folder))
            records.close()
            removed = output.clean()
    if cache:
        shutil.rmtree(state, ignore_errors=True)
        CompiledTemplates().clear()
    context.report.line(f"Removed {counted(removed, 'file')} from {output.name}/" + (" and the cache" if cache else ""))
    context.report.data({"removed": removed})
    return 0
