"""Imports and uses the C extension that the path names."""

import importlib


def sqlite():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    return connection.execute("select 6 * 7").fetchone()[0]


def ssl():
    import ssl

    return ssl.create_default_context().verify_mode.name


def ctypes():
    import ctypes

    return ctypes.CDLL(None).abs(-42)


def numpy():
    import numpy

    return int(numpy.arange(10).reshape(2, 5).sum())


def asyncio():
    import asyncio

    async def answer():
        await asyncio.sleep(0)
        return 42

    return asyncio.run(answer())


def decimal():
    import decimal

    return decimal.Decimal("0.1") + decimal.Decimal("0.2")


def subprocess():
    import subprocess

    return subprocess.run(["echo", "child"], capture_output=True, check=True).stdout.decode().strip()


def application(environ, start_response):
    result = globals()[environ["PATH_INFO"].strip("/")]()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(result).encode()]
