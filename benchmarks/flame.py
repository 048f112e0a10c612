#!/usr/bin/env python3
"""Prints the samples of a JFR recording as folded stacks: THREAD;OUTERMOST;…;INNERMOST COUNT."""

import argparse
import collections
import json
import subprocess


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording")
    parser.add_argument("--jfr", default="jfr", help="the jfr command of a JDK 25")
    arguments = parser.parse_args()
    stacks = collections.Counter(map(folded, samples(arguments)))
    for stack, count in sorted(stacks.items()):
        print(stack, count)


def samples(arguments):
    events = "jdk.ExecutionSample,jdk.NativeMethodSample,jdk.CPUTimeSample"
    printed = subprocess.run(
        [arguments.jfr, "print", "--json", "--stack-depth", "128", "--events", events,
         arguments.recording],
        check=True, capture_output=True, text=True)
    return (event["values"] for event in json.loads(printed.stdout)["recording"]["events"])


def folded(sample):
    thread = sample.get("sampledThread") or sample.get("eventThread") or {}
    trace = sample.get("stackTrace") or {}
    frames = [name(frame["method"]) for frame in trace.get("frames", [])]
    return ";".join([thread.get("javaName") or "?", *reversed(frames)])


def name(method):
    return method["type"]["name"].rpartition("/")[2].rpartition(".")[2] + "." + method["name"]


if __name__ == "__main__":
    main()
