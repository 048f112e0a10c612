"""Writes a file named by MARKER when the interpreter ends; answers slowly meanwhile."""

import atexit
import os

import switchboard


@atexit.register
def leave():
    with open(os.environ["MARKER"], "a") as marker:
        marker.write("atexit ran\n")


application = switchboard.application
