"""Fails when it is imported."""


def connect():
    raise ConnectionError("no database here")


connect()
