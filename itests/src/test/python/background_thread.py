"""Starts a daemon thread at import that never ends; the server must end all the same."""

import threading
import time

import switchboard


def work():
    while True:
        time.sleep(0.01)


threading.Thread(target=work, daemon=True).start()
application = switchboard.application
