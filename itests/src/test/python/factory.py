"""Makes an application from an argument."""


def create_app(greeting="hello", *, mark="!"):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [(greeting + mark).encode()]

    return application


class Site:
    """An application that is an object."""

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"site"]


site = Site()
not_callable = 17
