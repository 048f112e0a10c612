"""Answers with type and value of each environ key, a line each."""

breaks_rules = True  # only so that the validator's wrappers do not hide the types


def application(environ, start_response):
    lines = [f"{key}|{type(value).__name__}|{value}\n" for key, value in sorted(environ.items())]
    start_response("200 OK", [("Content-Type", "text/plain; charset=iso-8859-1")])
    return ["".join([f"environ|{type(environ).__name__}|\n"] + lines).encode("latin-1")]
