#!/usr/bin/env python3
"""What deployments of a Flask application cost: time from drop to serving, requests lost, leftovers.

First a good and a broken version are deployed under the load of events.py, beside gunicorn, which
gets the same files and HUP. Then the application is deployed many times, one version after the
other, and what the server holds is counted before and after.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import tempfile
import time

import events

APPLICATION = '''\
import os

import flask

application = flask.Flask(__name__)


@application.get("/")
def tell():
    return f"{{VERSION}} {{os.getpid()}}\\n", {{"Content-Type": "text/plain"}}


VERSION = "{version}"
'''
BROKEN = "import there_is_no_such_module\n"
DEPLOYING = (
    "{program} -p 2 -b 127.0.0.1:{{port}} --python {{python}} "
    "--deploy {{folder}}/drops {{options}}")
GUNICORN = (
    "gunicorn -w 2 -k gthread --threads 1 -b 127.0.0.1:{port} "
    "--chdir {folder}/drops/shop {options} shop")


class Server(events.Server):
    """Serves the application of a folder; the first version is there before it starts."""

    def __init__(self, command, python, folder):
        drop = folder / "drops" / "shop"
        drop.mkdir(parents=True)
        (drop / "yimmo.toml").write_text('module = "shop"\n')
        super().__init__(command, "", python, folder)

    def release(self, code):
        """Puts it in the place of the former one at once."""
        drop = self.folder / "drops" / "shop"
        text = code if code == BROKEN else APPLICATION.format(version=code.split("'")[1])
        half = drop.parent / ".half"
        half.write_text(text)
        half.replace(drop / "shop.py")

    def await_version(self, version):
        def serves():
            with contextlib.suppress(OSError):
                return self.get("/").decode().startswith(version + " ")

        self.await_that(version + " serves", serves)

    def await_only(self, number, without):
        self.await_that(
            f"{number} processes and none of {without}",
            lambda: len(self.pids()) == number and not set(self.pids()) & set(without))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--program", default="distribution/target/yimmo-wsgi/bin/yimmo-wsgi")
    parser.add_argument("--times", type=int, default=200)
    arguments = parser.parse_args()
    deploying = DEPLOYING.format(program=arguments.program)
    events.print_head()
    for title, code in {"good version": "VERSION = 'second'", "broken version": BROKEN}.items():
        for name, command in {"yimmo-wsgi --deploy": deploying, "gunicorn HUP": GUNICORN}.items():
            events.print_row(title, name, under_load(command, arguments.python, code))
    many_times(deploying, arguments.python, arguments.times)


def under_load(command, python, code):
    def deploy(server):
        before = server.pids()
        server.release(code)
        if command == GUNICORN:
            server.signal("HUP")
        if code == BROKEN:
            server.await_log("is not deployed|Worker failed to boot|Shutting down: Master")
        else:
            server.await_only(2, before)

    with tempfile.TemporaryDirectory() as folder, \
            Server(command, python, pathlib.Path(folder)) as server:
        return events.under_load(server, deploy)


def many_times(command, python, times):
    settling = 10
    seconds = []
    with tempfile.TemporaryDirectory() as folder, \
            Server(command, python, pathlib.Path(folder)) as server:
        for number in range(settling + times):
            if number == settling:
                before = holdings(server)
            former = server.pids()
            begun = time.monotonic()
            server.release(f"VERSION = 'v{number}'")
            server.await_version(f"v{number}")
            seconds.append(time.monotonic() - begun)
            server.await_only(2, former)
        after = holdings(server)
    print(
        f"\nfrom drop to serving: median {statistics.median(seconds):.2f} s, "
        f"shortest {min(seconds):.2f} s, longest {max(seconds):.2f} s\n")
    print(f"| | before | after {times} deployments |\n|---|---:|---:|")
    for what, value in before.items():
        print(f"| {what} | {value} | {after[what]} |")


def holdings(server):
    """What it holds, when it has come to rest."""
    time.sleep(5)
    manager = server.process.pid
    workers = server.pids()
    return {
        "processes": len(server.group()),
        "descriptors of the manager": len(os.listdir(f"/proc/{manager}/fd")),
        "threads of the manager": len(os.listdir(f"/proc/{manager}/task")),
        "memory of the manager, PSS MiB": pss(manager),
        "memory of a worker, PSS MiB": max(pss(worker) for worker in workers),
        "descriptors of a worker": max(len(os.listdir(f"/proc/{worker}/fd")) for worker in workers),
        "releases that are kept": len(list(server.folder.glob("drops/.yimmo/shop/*.properties"))) - 1,
        "files in the deploy folder": files(server.folder / "drops"),
        "other files of the server": files(server.folder) - files(server.folder / "drops"),
    }


def pss(pid):
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024


def files(folder):
    return sum(path.is_file() for path in folder.rglob("*"))


if __name__ == "__main__":
    main()
