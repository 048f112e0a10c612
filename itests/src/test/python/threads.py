"""Uses threads: a local that lasts, a child that works, and the name of its own."""

import queue
import threading

local = threading.local()


def application(environ, start_response):
    local.requests = getattr(local, "requests", 0) + 1
    answers = queue.Queue()
    child = threading.Thread(target=lambda: answers.put(sum(range(1000))))
    child.start()
    child.join()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{local.requests} {answers.get()}".encode()]
