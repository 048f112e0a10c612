"""Runs a command at a pseudo-terminal: types what standard input says, shows what it shows.

Usage: terminal.py ROWS COLUMNS COMMAND...

Lines of standard input: "type TEXT" (with Python's escapes, as in "lb\\r"), "await TEXT" (until it
was shown, in what was shown since the last one that was awaited), "resize ROWS COLUMNS".
At the end it waits for the command; its own exit status is that of the command.
"""

import codecs
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

PATIENCE_SECONDS = 90
decoder = codecs.getincrementaldecoder("utf-8")("replace")


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


def main(rows, columns, *command):
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        resize(0, rows, columns)
        os.execvp(command[0], command)
    before = termios.tcgetattr(terminal)
    shown = ""
    for line in sys.stdin.read().splitlines():
        what, _, rest = line.partition(" ")
        if what == "type":
            os.write(terminal, rest.encode().decode("unicode_escape").encode())
        elif what == "resize":
            resize(terminal, *rest.split())
        else:
            shown = awaited(terminal, rest, shown)
    status = ended(terminal, child, before)
    sys.exit(os.waitstatus_to_exitcode(status))


def awaited(terminal, text, shown):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while text not in shown:
        shown += more(terminal, deadline, text, shown)
    return shown[shown.index(text) + len(text) :]


def more(terminal, deadline, awaited, shown):
    left = deadline - time.monotonic()
    if left <= 0 or not select.select([terminal], [], [], left)[0]:
        sys.exit("not shown: %r; but: %r" % (awaited, shown))
    text = decoder.decode(os.read(terminal, 65536))
    sys.stdout.write(text)
    sys.stdout.flush()
    return text


def ended(terminal, child, before):
    """The exit status, after a look whether the terminal is as it was."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            after = termios.tcgetattr(terminal)
            print("\nterminal as before: %s" % (after[:4] == before[:4]))
            return status
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                sys.stdout.write(os.read(terminal, 65536).decode(errors="replace"))
            except OSError:
                pass  # the other end is closed


main(*sys.argv[1:])
