"""Sends content with the status that the path names although there must be none."""

breaks_rules = True


def application(environ, start_response):
    status = environ["PATH_INFO"].strip("/")
    start_response(f"{status} Empty", [("Content-Type", "text/plain")])
    return [b"content ", b"that must not be sent"]
