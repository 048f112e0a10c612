"""Imports what does not exist."""

import there_is_no_such_module  # noqa: F401


def application(environ, start_response):
    """Never called."""
