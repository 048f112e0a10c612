"""Serves MODULE:APP with wsgiref's simple server: what the server under test is compared with."""

import importlib
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    sys.path[0] = ""
    module, _, attribute = sys.argv[1].partition(":")
    application = getattr(importlib.import_module(module), attribute)
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    print(f"port {server.server_port}", flush=True)
    server.serve_forever()
