"""Tries to register signal handlers when it is imported; the server must end all the same."""

import signal

import switchboard

for number in (signal.SIGTERM, signal.SIGINT):
    try:
        signal.signal(number, lambda *_: print("the application swallowed a signal", flush=True))
    except ValueError:
        pass
application = switchboard.application
