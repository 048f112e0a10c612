"""The application of fleet.py in the version that release.py says, which a test writes."""

import fleet
import release

fleet.version = release.VERSION


def application(environ, start_response):
    if environ["PATH_INFO"] == "/warm":
        release.warm_up()
    return fleet.application(environ, start_response)
