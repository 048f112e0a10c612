"""Uses the module yimmo."""

import yimmo


def application(environ, start_response):
    facts = [
        f"version {type(yimmo.__version__).__name__}",
        f"context {yimmo.Context.__module__}.{yimmo.Context.__qualname__}",
        " ".join(
            name
            for name in ("start_response", "write", "read", "readline", "readlines", "__iter__")
            if hasattr(yimmo.Context, name)
        ),
    ]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\n".join(facts).encode()]
