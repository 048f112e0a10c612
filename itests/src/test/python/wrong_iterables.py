"""Returns what an application must not return."""

breaks_rules = True


def generator_of_text():
    yield b"begun "
    yield "text"


KINDS = {
    "text": lambda: "text",
    "list-of-text": lambda: ["text"],
    "none": lambda: None,
    "number": lambda: 17,
    "text-after-bytes": generator_of_text,
}


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return KINDS[environ["PATH_INFO"].strip("/")]()
