package org.yimmo.wsgi.mod.internal;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.Input;
import org.yimmo.wsgi.application.StartResponse;
import org.yimmo.wsgi.mod.internal.capi.HeapType;
import org.yimmo.wsgi.mod.internal.capi.Memory;

/**
 * The Python type {@code yimmo.Context}: {@code start_response}, {@code write} and {@code
 * wsgi.input} of a request, as upcalls.
 *
 * <p>Whatever is thrown below an upcall becomes a Python exception: one that escaped would end the
 * JVM.
 *
 * <p><em>Thread:</em> those that hold the GIL. An application may read from any of its threads, as
 * asgiref does; it may start the response and write only on the thread it was called on.
 */
final class ContextType {
  private static final int MAX_VIEW_BYTES = 1 << 30;
  private static final int MAX_KEPT_LENGTH = 256;
  private static final List<String> START_RESPONSE_NAMES = List.of("status", "headers", "exc_info");

  private final Python py;
  private final Workers workers;
  private final Failures failures;
  private final Owned type;
  private final Owned noBytes;
  private final Constants<String> knownStrings;
  private final Constants<Field> knownFields;

  ContextType(Python py, Workers workers) {
    this.py = py;
    this.workers = workers;
    failures = new Failures(py, "yimmo.Context");
    knownStrings = new Constants<>(py);
    knownFields = new Constants<>(py);
    noBytes = py.owned(py.c().PyBytes_FromStringAndSize(0, 0));
    type =
        py.owned(
            HeapType.create(
                py.c(),
                "yimmo.Context",
                "start_response, write and wsgi.input of one request",
                Long.BYTES,
                List.of(
                    HeapType.Method.withKeywords(
                        "start_response",
                        "start_response(status, headers, exc_info=None) -> write",
                        this::startResponse),
                    HeapType.Method.of("write", "write(data)", this::write),
                    HeapType.Method.of("read", "read([size]) -> bytes", this::read),
                    HeapType.Method.of("readline", "readline([size]) -> bytes", this::readline),
                    HeapType.Method.of(
                        "readlines", "readlines([hint]) -> list of bytes", this::readlines)),
                Optional.of(this::next)));
  }

  long type() {
    return type.borrow();
  }

  // --- upcalls

  private long startResponse(long self, long arguments, long count, long names) {
    try {
      var worker = responding(self);
      var bound = bind(arguments, count, names);
      var status = latin1(bound[0], "status");
      var fields = fields(bound[1]);
      if (bound[2] == 0 || bound[2] == py.none()) {
        worker.write(worker.startResponse().start(status, fields));
      } else {
        worker.write(restart(worker.startResponse(), status, fields, bound[2]));
      }
      return py.share(worker.writeCallable()).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long write(long self, long arguments, long count) {
    try {
      var worker = responding(self);
      if (count != 1) {
        throw new Raise(ErrorType.TYPE_ERROR, "write() takes 1 argument, not " + count);
      }
      var data = HeapType.argument(arguments, 0);
      if (!py.isBytes(data)) {
        throw new Raise(ErrorType.TYPE_ERROR, "write() takes bytes, not " + py.typeName(data));
      }
      var write =
          worker
              .write()
              .orElseThrow(() ->
                  new Raise(ErrorType.ASSERTION_ERROR, "write() called before start_response()"));
      try {
        write.write(py.chunk(data));
      } catch (IOException e) {
        throw new Raise(ErrorType.BROKEN_PIPE_ERROR, Failures.text(e));
      }
      return py.share(py.none()).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long read(long self, long arguments, long count) {
    try {
      var worker = reading(self);
      var size = size("read", arguments, count);
      return bytes(worker, worker.input(), size < 0 ? Long.MAX_VALUE : size).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long readline(long self, long arguments, long count) {
    try {
      var worker = reading(self);
      var size = size("readline", arguments, count);
      return line(worker, size).steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long readlines(long self, long arguments, long count) {
    try {
      var worker = reading(self);
      var hint = size("readlines", arguments, count);
      var lines = py.owned(py.c().PyList_New(0));
      try {
        var total = 0L;
        var size = -1L;
        while (size != 0 && (hint <= 0 || total < hint)) {
          try (var line = line(worker, -1)) {
            size = py.c().PyBytes_Size(line.borrow());
            total += size;
            if (size > 0) {
              py.check(py.c().PyList_Append(lines.borrow(), line.borrow()));
            }
          }
        }
        return lines.steal();
      } finally {
        lines.close();
      }
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  private long next(long self) {
    try (var line = line(reading(self), -1)) {
      return py.c().PyBytes_Size(line.borrow()) == 0 ? 0 : line.steal();
    } catch (Throwable e) {
      return failures.raise(e);
    }
  }

  // --- whose request it is

  private Worker reading(long self) {
    var handle = ContextObject.handle(self);
    if (handle != 0) {
      var worker = workers.byHandle(handle);
      if (worker.busy()) {
        return worker;
      }
    }
    throw new Raise(ErrorType.VALUE_ERROR, "the request of this yimmo.Context is over");
  }

  private Worker responding(long self) {
    var worker = reading(self);
    if (!worker.isCurrent()) {
      throw new Raise(
          ErrorType.RUNTIME_ERROR,
          "start_response() and write() belong to the thread that the application was called on");
    }
    return worker;
  }

  // --- arguments

  /** Status, headers and exc_info, the last one 0 if not given. */
  private long[] bind(long arguments, long count, long names) {
    var bound = new long[START_RESPONSE_NAMES.size()];
    if (count > bound.length) {
      throw new Raise(
          ErrorType.TYPE_ERROR, "start_response() takes 2 or 3 arguments, not " + count);
    }
    for (int i = 0; i < count; i++) {
      bound[i] = HeapType.argument(arguments, i);
    }
    var named = names == 0 ? 0 : py.c().PyTuple_Size(names);
    for (int i = 0; i < named; i++) {
      var name = py.text(py.c().PyTuple_GetItem(names, i));
      var index = START_RESPONSE_NAMES.indexOf(name);
      if (index < 0 || bound[index] != 0) {
        throw new Raise(
            ErrorType.TYPE_ERROR,
            "start_response() got %s argument '%s'"
                .formatted(index < 0 ? "an unexpected" : "twice the", name));
      }
      bound[index] = HeapType.argument(arguments, Math.toIntExact(count) + i);
    }
    if (bound[0] == 0 || bound[1] == 0) {
      throw new Raise(ErrorType.TYPE_ERROR, "start_response() takes status and headers");
    }
    return bound;
  }

  /** An optional size; -1 when it is absent or None. */
  private long size(String method, long arguments, long count) {
    if (count > 1) {
      throw new Raise(ErrorType.TYPE_ERROR, method + "() takes at most 1 argument, not " + count);
    }
    if (count == 0 || HeapType.argument(arguments, 0) == py.none()) {
      return -1;
    }
    var size = py.c().PyNumber_AsSsize_t(HeapType.argument(arguments, 0), 0);
    if (size == -1 && py.c().PyErr_Occurred() != 0) {
      throw Raise.asSet();
    }
    return size;
  }

  /** The characters of a native string (PEP 3333, "Unicode Issues"). */
  private String latin1(long string, String what) {
    var known = knownStrings.find(string);
    if (known.isPresent()) {
      return known.get();
    }
    if (!py.isString(string)) {
      throw new Raise(
          ErrorType.TYPE_ERROR, "%s is %s, not str".formatted(what, py.typeName(string)));
    }
    var text = py.text(string);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xFF) {
        throw new Raise(
            ErrorType.VALUE_ERROR,
            "%s has a character that is not in Latin-1: %s".formatted(what, text));
      }
    }
    if (text.length() <= MAX_KEPT_LENGTH && py.isExactlyString(string)) {
      knownStrings.keep(string, text);
    }
    return text;
  }

  private List<Field> fields(long headers) {
    if (!py.isList(headers)) {
      throw new Raise(
          ErrorType.TYPE_ERROR, "headers is %s, not list".formatted(py.typeName(headers)));
    }
    var size = Math.toIntExact(py.c().PyList_Size(headers));
    var fields = new ArrayList<Field>(size);
    for (int i = 0; i < size; i++) {
      fields.add(field(i, py.c().PyList_GetItem(headers, i)));
    }
    return fields;
  }

  private Field field(int index, long pair) {
    var known = knownFields.find(pair);
    if (known.isPresent()) {
      return known.get();
    }
    if (!py.isTuple(pair) || py.c().PyTuple_Size(pair) != 2) {
      throw new Raise(
          ErrorType.TYPE_ERROR, "headers[%d] is not a tuple (name, value)".formatted(index));
    }
    var name = py.c().PyTuple_GetItem(pair, 0);
    var value = py.c().PyTuple_GetItem(pair, 1);
    var field = new Field(latin1(name, "a field name"), latin1(value, "a field value"));
    if (py.isExactlyTuple(pair)
        && py.isExactlyString(name)
        && py.isExactlyString(value)
        && field.value().length() <= MAX_KEPT_LENGTH) {
      knownFields.keep(pair, field);
    }
    return field;
  }

  // --- exc_info

  /** PEP 3333: with the head sent already, the exception of {@code exc_info} is raised again. */
  private StartResponse.Write restart(
      StartResponse response, String status, List<Field> fields, long excInfo) throws Throwable {
    if (!py.isTuple(excInfo) || py.c().PyTuple_Size(excInfo) != 3) {
      throw new Raise(ErrorType.TYPE_ERROR, "exc_info is not a tuple (type, value, traceback)");
    }
    var error = new PythonException("the exception of exc_info", "");
    try {
      return response.start(status, fields, error);
    } catch (PythonException e) {
      if (e != error) {
        throw e;
      }
      py.raiseAgain(py.c().PyTuple_GetItem(excInfo, 1), py.c().PyTuple_GetItem(excInfo, 2));
      throw Raise.asSet();
    }
  }

  // --- wsgi.input

  /** New bytes, filled in place. */
  private Owned bytes(Worker worker, Input input, long limit) throws IOException {
    var size = Math.min(limit, input.remaining());
    if (size <= 0) {
      return py.share(noBytes.borrow());
    }
    var bytes = new Owned(py.c(), py.c().PyBytes_FromStringAndSize(0, size));
    try {
      if (bytes.borrow() == 0) {
        throw Raise.asSet();
      }
      var octets = py.c().PyBytes_AsString(bytes.borrow());
      worker.reading(input, () -> fill(input, octets, size));
      return bytes;
    } catch (Throwable e) {
      bytes.close();
      throw e;
    }
  }

  private static int fill(Input input, long octets, long size) throws IOException {
    for (var done = 0L; done < size; ) {
      var view = Memory.view(octets + done, (int) Math.min(size - done, MAX_VIEW_BYTES));
      var read = input.read(view);
      if (read == 0) {
        throw new EOFException("the content of the request ended early");
      }
      done += read;
    }
    return 0;
  }

  /** The next line, or no more than {@code limit} bytes of it; empty at the end. */
  private Owned line(Worker worker, long limit) throws IOException {
    var input = worker.input();
    var longest = limit < 0 ? Integer.MAX_VALUE : (int) Math.min(limit, Integer.MAX_VALUE);
    return bytes(worker, input, worker.reading(input, () -> input.lineLength(longest)));
  }
}
