package org.yimmo.wsgi.mod.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Field;

/**
 * The environ of one worker thread.
 *
 * <p>Requests repeat most of each other's variables. A dict is kept as it was for the last request;
 * only what differs is changed in it, and the application gets a copy, which costs about as much as
 * setting four items.
 *
 * <p><em>Thread:</em> its worker, with the GIL.
 */
final class EnvironDict implements AutoCloseable {
  /** Names come from clients: no more than this many are remembered. */
  private static final int MAX_NAMES = 256;

  private final Python py;
  private final Owned last;
  private final Map<String, Variable> variables = new HashMap<>();
  private final List<Field> unknown = new ArrayList<>();
  private final BiConsumer<String, String> each = this::set;
  private int request;
  private int present; // variables in the dict
  private int seen; // variables of this request in the dict
  private boolean multithread; // as the dict says; false in the template
  private boolean multiprocess;

  /** A name with its value of the last request; {@code value} is null when it had none. */
  private static final class Variable {
    private final Owned key;
    private String value;
    private int request;

    Variable(Owned key) {
      this.key = key;
    }
  }

  EnvironDict(Python py) {
    this.py = py;
    last = py.bootstrap("environ_template");
  }

  /** Sets {@code wsgi.input}. */
  void input(long context) {
    try (var key = py.interned("wsgi.input")) {
      py.check(py.c().PyDict_SetItem(last.borrow(), key.borrow(), context));
    }
  }

  /** A new dict with the variables of a request. */
  Owned copy(Environ environ) {
    request++;
    seen = 0;
    unknown.clear();
    environ.forEach(each);
    set("wsgi.url_scheme", environ.urlScheme());
    flags(environ);
    if (seen != present) {
      removeUnseen();
    }
    var copy = py.owned(py.c().PyDict_Copy(last.borrow()));
    if (!unknown.isEmpty()) {
      addUnknown(copy);
    }
    return copy;
  }

  private void set(String name, String value) {
    var variable = variables.get(name);
    if (variable == null) {
      if (variables.size() == MAX_NAMES) {
        unknown.add(new Field(name, value));
        return;
      }
      variable = new Variable(py.interned(name));
      variables.put(name, variable);
    }
    if (!value.equals(variable.value)) {
      change(variable, value);
    }
    if (variable.request != request) {
      variable.request = request;
      seen++;
    }
  }

  private void flags(Environ environ) {
    if (environ.multithread() != multithread) {
      flag("wsgi.multithread", !multithread);
      multithread = !multithread;
    }
    if (environ.multiprocess() != multiprocess) {
      flag("wsgi.multiprocess", !multiprocess);
      multiprocess = !multiprocess;
    }
  }

  private void flag(String name, boolean value) {
    try (var key = py.interned(name)) {
      py.check(py.c().PyDict_SetItem(last.borrow(), key.borrow(), py.bool(value)));
    }
  }

  private void change(Variable variable, String value) {
    try (var string = py.latin1(value)) {
      py.check(py.c().PyDict_SetItem(last.borrow(), variable.key.borrow(), string.borrow()));
    }
    if (variable.value == null) {
      present++;
    }
    variable.value = value;
  }

  private void removeUnseen() {
    for (var variable : variables.values()) {
      if (variable.request != request && variable.value != null) {
        py.check(py.c().PyDict_DelItem(last.borrow(), variable.key.borrow()));
        variable.value = null;
        present--;
      }
    }
  }

  private void addUnknown(Owned copy) {
    for (var field : unknown) {
      try (var key = py.latin1(field.name());
          var value = py.latin1(field.value())) {
        py.check(py.c().PyDict_SetItem(copy.borrow(), key.borrow(), value.borrow()));
      }
    }
  }

  @Override
  public void close() {
    variables.values().forEach(variable -> variable.key.close());
    last.close();
  }
}
