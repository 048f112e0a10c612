"""Tells what was asked for before, and by how many threads that was answered."""

import collections
import threading

seen = collections.Counter()
threads = set()


def application(environ, start_response):
    query = environ["QUERY_STRING"]
    target = environ["PATH_INFO"] + ("?" + query if query else "")
    if target == "/fail":
        raise ZeroDivisionError
    lines = [target, *(f"{count} x {name}" for name, count in sorted(seen.items()))]
    lines.append(f"threads: {len(threads)}")
    seen[target] += 1
    threads.add(threading.get_ident())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\n".join(lines).encode()]
