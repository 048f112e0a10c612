"""What the bundle mod does in Python rather than through the C API.

Runs on CPython 3.9 to 3.14, once in each interpreter, on the thread that is Python's main thread.
Modules that most applications do not need are imported where they are used: each costs start-up
time.
"""

import _signal
import os
import re
import sys
import threading  # its first import makes the importing thread the main thread
import types

_HERE = "<yimmo>"
_REMEDY = "give the application the main interpreter (Yimmo-WSGI-Interpreter: main)"
_ATTRIBUTE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def version():
    return "%d.%d.%d" % sys.version_info[:3]


def prepare_interpreter(version, context_type, websockets):
    """Once in each interpreter, before anything of an application is imported."""
    _keep_signals_from_applications()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(line_buffering=True)
    module = types.ModuleType("yimmo", "The server that runs this application.")
    module.__version__ = version
    module.Context = context_type
    module.Timeout = Timeout
    module.__all__ = ["Context", "Timeout", *_OF_WEBSOCKETS]
    module.__getattr__ = _offering_websockets(module, websockets)
    sys.modules["yimmo"] = module


def _offering_websockets(module, source):
    """websockets.py is compiled when an application uses something of it: that takes
    milliseconds."""
    lock = threading.Lock()

    def __getattr__(name):
        with lock:
            if name in _OF_WEBSOCKETS and "_yimmo_websockets" not in sys.modules:
                websockets = types.ModuleType("_yimmo_websockets")
                websockets.loading = lambda: _loading
                exec(compile(source, _HERE, "exec"), vars(websockets))
                for published in _OF_WEBSOCKETS:
                    setattr(module, published, getattr(websockets, published))
                sys.modules[websockets.__name__] = websockets
        if name in _OF_WEBSOCKETS:
            return vars(module)[name]
        raise AttributeError("module 'yimmo' has no attribute %r" % name)

    module.__dir__ = lambda: sorted({*vars(module), *_OF_WEBSOCKETS})
    return __getattr__


_OF_WEBSOCKETS = (
    "WebSocket",
    "init_websockets",
    "YMO_WS_FLAG_FIN",
    "YMO_WS_OP_CONTINUATION",
    "YMO_WS_OP_TEXT",
    "YMO_WS_OP_BINARY",
    "YMO_WS_OP_CLOSE",
    "YMO_WS_OP_PING",
    "YMO_WS_OP_PONG",
)

_loading = []


def endpoints():
    """Where yimmo.init_websockets of the application that is loaded next leaves what it wants."""
    global _loading
    _loading = []
    return _loading


def websockets():
    """The module, if an application has used it."""
    return sys.modules["_yimmo_websockets"]


def prepare_process():
    """Once in the process, in its main interpreter."""
    _forget_manager()
    _restore_preload()


def isolate():
    """Once in each interpreter but the main one."""
    _keep_environment()
    _refuse_fork()
    _explain_refusals()


def _keep_environment():
    """os.environ belongs to the application of this interpreter, with the programs that it starts;
    the environment of the process is that of all applications, and is left alone."""
    os.putenv = os.unsetenv = lambda *_: None  # os.environ calls them

    import _posixsubprocess

    fork_exec = _posixsubprocess.fork_exec
    posix_spawn = os.posix_spawn

    def fork_exec_with_environment(*arguments):
        if arguments[5] is None:
            environment = [name + b"=" + value for name, value in os.environb.items()]
            arguments = arguments[:5] + (environment,) + arguments[6:]
        return fork_exec(*arguments)

    def posix_spawn_with_environment(path, argv, env, **more):
        return posix_spawn(path, argv, os.environ if env is None else env, **more)

    def execv(path, args):
        os.execve(path, args, os.environ)

    def system(command):
        shell = posix_spawn("/bin/sh", ("sh", "-c", command), os.environ)
        return os.waitpid(shell, 0)[1]

    _posixsubprocess.fork_exec = fork_exec_with_environment
    os.posix_spawn = posix_spawn_with_environment
    os.execv = execv
    os.system = system


def _refuse_fork():
    """The child would abort: CPython goes on in the main interpreter only."""

    def fork():
        raise RuntimeError(
            "a process cannot be forked from an interpreter beside others: start a program, or "
            + _REMEDY
        )

    os.fork = os.forkpty = fork


def _explain_refusals():
    """Some extension modules work in one interpreter of a process only, and say so in many ways."""
    from importlib.machinery import ExtensionFileLoader

    def explaining(step):
        def explained(self, *arguments):
            try:
                return step(self, *arguments)
            except Exception as error:
                _explain_refusal(self.name, error)
                raise

        return explained

    ExtensionFileLoader.create_module = explaining(ExtensionFileLoader.create_module)
    ExtensionFileLoader.exec_module = explaining(ExtensionFileLoader.exec_module)


def _explain_refusal(extension, error):
    """Not if what failed is the import of another module, or the library cannot be opened."""
    if getattr(error, "name", None) or getattr(error, "path", None):
        return
    reason = str(error)
    if _REMEDY in reason:
        return
    error.args = (
        "%s; the extension module %s may refuse to be in an interpreter beside others: %s"
        % (reason, extension, _REMEDY),
    )
    if isinstance(error, ImportError):
        error.msg = error.args[0]


def _forget_manager():
    """How this process finds its manager is its own affair: a server that the application starts
    is no worker of that manager."""
    for name in ("YIMMO_MANAGER", "YIMMO_WORKER", "YIMMO_GENERATION", "YIMMO_HOLD"):
        os.environ.pop(name, None)


def _restore_preload():
    """The start script preloads libjsig for the JVM; programs that are started from here must not
    inherit it."""
    preload = os.environ.get("LD_PRELOAD", "")
    if "libjsig" not in preload:
        return
    former = os.environ.pop("YIMMO_LD_PRELOAD", "")
    if former:
        os.environ["LD_PRELOAD"] = former
    else:
        del os.environ["LD_PRELOAD"]


def _keep_signals_from_applications():
    """The signals of the process belong to the server: registrations are ignored."""
    warned = False

    def signal(signalnum, handler):
        nonlocal warned
        former = _signal.getsignal(signalnum)
        if not warned:
            warned = True
            import logging

            logging.getLogger("yimmo").warning(
                "signal handlers are not registered: signals belong to the server (signal %s)",
                signalnum,
            )
        return former

    _signal.signal = signal  # signal.signal calls it


def prepare_command_line(argv, chdir, pythonpath):
    """What a command line says about the surroundings of the application: None or why not."""
    sys.argv = argv
    if chdir:
        try:
            os.chdir(chdir)
        except OSError as error:
            return "cannot change to the directory %s: %s" % (chdir, error.strerror)
    _put_in_front([os.getcwd()] + pythonpath)
    return None


def prepare_deployment(pythonpath, venv, environment):
    """What a deployed application has around it: None or why not."""
    sys.argv = ["yimmo-wsgi"]
    if venv:
        objection = _enter(os.path.abspath(venv))
        if objection:
            return objection
    for addition in environment:
        name, equals, value = addition.partition("=")
        if not name or not equals:
            return "%r in the environment of the application is not NAME=value" % addition
        os.environ[name] = value
    _put_in_front(pythonpath)
    return None


def _put_in_front(entries):
    front = [os.path.abspath(entry) for entry in entries]
    sys.path[:] = front + [entry for entry in sys.path if entry not in front]


def _enter(venv):
    """Makes this interpreter one of a virtual environment: None or why not."""
    import site

    try:
        with open(os.path.join(venv, "pyvenv.cfg"), encoding="utf-8") as file:
            lines = [line.partition("=") for line in file]
    except OSError as error:
        return "there is no virtual environment in %s: %s" % (venv, error.strerror)
    settings = {key.strip().lower(): value.strip().lower() for key, _, value in lines}
    release = "python%d.%d" % sys.version_info[:2]
    packages = os.path.join(venv, "lib", release, "site-packages")
    if not os.path.isdir(packages):
        return "the virtual environment %s is not one of %s; make it with %s -m venv" % (
            venv,
            release,
            sys.executable,
        )
    if settings.get("include-system-site-packages") != "true":
        outside = site.getsitepackages() + [site.getusersitepackages()]
        sys.path[:] = [entry for entry in sys.path if entry not in outside]
    sys.prefix = sys.exec_prefix = venv
    sys.executable = os.path.join(venv, "bin", "python")
    site.addsitedir(packages)
    return None


def rehearse(environ, start_response):
    """Answers in place of the application, before clients come, so that what server and
    interpreter do only once is done: it uses what most applications use."""
    content = environ["wsgi.input"].read() or b"\n"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))]
    start_response("200 OK", headers)
    return [content]


def load(module_name, expression):
    """Imports MODULE and evaluates APP: (application, "") or (None, why not)."""
    try:
        __import__(module_name)
        module = sys.modules[module_name]
    except ModuleNotFoundError as error:
        if error.name and (module_name + ".").startswith(error.name + "."):
            return None, _no_module(module_name, error)
        return None, _failed("cannot import the module " + module_name, error)
    except BaseException as error:
        return None, _failed("cannot import the module " + module_name, error)
    if _ATTRIBUTE.fullmatch(expression):
        application = module
        for name in expression.split("."):
            try:
                application = getattr(application, name)
            except AttributeError:
                return None, _no_attribute(name, application, module_name)
            except BaseException as error:
                return None, _failed("cannot take %s of %s" % (expression, module_name), error)
    else:
        try:
            application = eval(compile(expression, "<application>", "eval"), vars(module))
        except BaseException as error:
            why = "cannot evaluate %s in the module %s" % (expression, module_name)
            return None, _failed(why, error)
    if not callable(application):
        return None, "%s in the module %s is not callable: it is %s" % (
            expression,
            module_name,
            _short(application),
        )
    return application, ""


def _no_module(name, error):
    hint = ""
    if name.endswith(".py"):
        hint = "; write %s without .py" % name[:-3]
    elif "/" in name:
        hint = "; a module is named with dots, not slashes"
    return "there is no module %s (%s) in %s%s; say where it is with --chdir or --pythonpath" % (
        name,
        error,
        sys.path[0],
        hint,
    )


def _no_attribute(name, holder, module_name):
    if holder is not sys.modules[module_name]:
        return "there is no attribute %s in %r" % (name, holder)
    for usual in "application", "app", "create_app", "make_app":
        if callable(getattr(holder, usual, None)):
            call = "()" if "_" in usual else ""
            hint = "; did you mean %s:%s%s?" % (module_name, usual, call)
            break
    else:
        hint = ""
    return "there is no attribute %s in the module %s%s" % (name, module_name, hint)


def _failed(what, error):
    if isinstance(error, SystemExit):
        return "%s%s: it ended the program with sys.exit(%r)" % (describe(error), what, error.code)
    return "%s%s: %s" % (describe(error), what, _in_a_line(error))


def _in_a_line(error):
    try:
        text = str(error)
    except Exception:
        text = ""
    name = type(error).__name__
    return "%s: %s" % (name, text) if text else name


def _short(value):
    try:
        text = repr(value)
    except Exception:
        text = "an object without repr"
    kind = type(value).__name__
    return "%s %s" % (kind, text if len(text) < 80 else text[:77] + "...")


def describe(error):
    """The traceback of an exception, without the frames of this file at its start."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == _HERE:
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Timeout(BaseException):
    """Raised in an application whose request has run longer than --timeout allows.

    Its client was answered already. It is no Exception: "except Exception" does not stop it.
    """

    __module__ = "yimmo"

    def __str__(self):
        return "the request has run longer than --timeout allows"


def timeout_type():
    return Timeout


def stack(ident):
    """Where the thread is, the innermost call last; empty if it is not in Python."""
    import traceback

    frame = sys._current_frames().get(int(ident))
    text = "".join(traceback.format_stack(frame)) if frame is not None else ""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class FileWrapper:
    """wsgi.file_wrapper: a file in blocks (PEP 3333, "Optional Platform-Specific File Handling").

    The block size is a suggestion: small blocks are read as larger ones.
    """

    def __init__(self, filelike, blksize=65536):
        self.filelike = filelike
        self.blksize = max(blksize, 65536)
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.blksize)
        if data:
            return data
        raise StopIteration


def environ_template():
    """What is the same in the environ of every request."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileWrapper,
    }


def running_threads():
    """The names of the threads that the interpreter would wait for at its end."""
    return ", ".join(
        thread.name
        for thread in threading.enumerate()
        if not thread.daemon and thread is not threading.main_thread()
    )


def leave(wait_for_threads):
    """The end without the end of the interpreter."""
    import atexit

    if wait_for_threads:
        threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
