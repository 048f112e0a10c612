package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.mod.internal.capi.CPython;
import org.yimmo.wsgi.mod.internal.capi.Memory;

/**
 * What the product wants from the C API: Java strings and exceptions instead of pointers.
 *
 * <p><em>Thread:</em> any that holds the GIL, which also guards the scratch memory.
 */
final class Python {
  private static final int SCRATCH_BYTES = 1 << 16;
  private static final int OB_TYPE = 8; // PyObject: reference count, type; 3.9 to 3.14 with GIL

  private final CPython c;
  private final long scratch; // guarded by the GIL
  private final long none;
  private final long aTrue;
  private final long aFalse;
  private final long bytesType;
  private final long listType;
  private final long tupleType;
  private final long stringType;
  private final long generatorType;
  private final long attributeError;
  private final long typeError;
  private final long notImplementedError;
  private final Map<ErrorType, Long> errorTypes = new EnumMap<>(ErrorType.class);
  private final Owned closeName;
  private final Owned describe;
  private final Owned bootstrap;

  /**
   * Runs {@code bootstrap.py}.
   *
   * @throws PythonException it failed
   */
  Python(CPython c, String bootstrapSource) {
    this.c = c;
    // Global: lives as long as the interpreter, which lives as long as the process.
    scratch = Arena.global().allocate(SCRATCH_BYTES, 8).address();
    none = c.address("_Py_NoneStruct");
    aTrue = c.address("_Py_TrueStruct");
    aFalse = c.address("_Py_FalseStruct");
    bytesType = c.address("PyBytes_Type");
    listType = c.address("PyList_Type");
    tupleType = c.address("PyTuple_Type");
    stringType = c.address("PyUnicode_Type");
    generatorType = c.address("PyGen_Type");
    typeError = Memory.pointer(c.address("PyExc_TypeError"));
    notImplementedError = Memory.pointer(c.address("PyExc_NotImplementedError"));
    attributeError = Memory.pointer(c.address("PyExc_AttributeError"));
    for (var type : ErrorType.values()) {
      errorTypes.put(type, Memory.pointer(c.address(type.symbol())));
    }
    bootstrap = module("bootstrap", bootstrapSource);
    closeName = interned("close");
    describe = attribute(bootstrap.borrow(), "describe");
  }

  CPython c() {
    return c;
  }

  /** Runs the source of a module of this bundle. */
  Owned module(String name, String source) {
    try (var arena = Arena.ofConfined();
        var code =
            new Owned(
                c,
                c.Py_CompileString(
                    arena.allocateFrom(source).address(),
                    arena.allocateFrom("<yimmo>").address(),
                    CPython.Py_file_input))) {
      if (code.borrow() != 0) {
        var fullName = arena.allocateFrom("_yimmo_" + name).address();
        var module = c.PyImport_ExecCodeModule(fullName, code.borrow());
        if (module != 0) {
          return new Owned(c, module);
        }
      }
    }
    c.PyErr_Clear();
    throw new IllegalStateException(name + ".py of this bundle does not run on this Python");
  }

  long none() {
    return none;
  }

  /** True or False, borrowed. */
  long bool(boolean value) {
    return value ? aTrue : aFalse;
  }

  // --- references

  /**
   * Takes over a new reference.
   *
   * @throws PythonException it is NULL, with the exception that is set, which is cleared
   */
  Owned owned(long address) {
    if (address == 0) {
      throw raised();
    }
    return new Owned(c, address);
  }

  /** No reference. */
  Owned nothing() {
    return new Owned(c, 0);
  }

  /** A further reference to an object. */
  Owned share(long borrowed) {
    c.Py_IncRef(borrowed);
    return new Owned(c, borrowed);
  }

  /**
   * Checks the result of a C function.
   *
   * @throws PythonException {@code result} is -1
   */
  void check(int result) {
    if (result == -1) {
      throw raised();
    }
  }

  /**
   * The reference count. Its low half has the same place in every version, also where it is 32 bits
   * wide and followed by flags (3.14) on the little-endian machines that CPython is built for here.
   */
  int references(long object) {
    return Memory.int32(object);
  }

  // --- types

  private static long type(long object) {
    return Memory.pointer(object + OB_TYPE);
  }

  private boolean is(long object, long exact, long flag) {
    var type = type(object);
    return type == exact || (c.PyType_GetFlags(type) & flag) != 0;
  }

  boolean isBytes(long object) {
    return is(object, bytesType, CPython.Py_TPFLAGS_BYTES_SUBCLASS);
  }

  boolean isString(long object) {
    return is(object, stringType, CPython.Py_TPFLAGS_UNICODE_SUBCLASS);
  }

  boolean isList(long object) {
    return is(object, listType, CPython.Py_TPFLAGS_LIST_SUBCLASS);
  }

  boolean isTuple(long object) {
    return is(object, tupleType, CPython.Py_TPFLAGS_TUPLE_SUBCLASS);
  }

  boolean isException(long object) {
    return is(object, 0, CPython.Py_TPFLAGS_BASE_EXC_SUBCLASS);
  }

  boolean isExactlyBytes(long object) {
    return type(object) == bytesType;
  }

  boolean isExactlyList(long object) {
    return type(object) == listType;
  }

  boolean isExactlyTuple(long object) {
    return type(object) == tupleType;
  }

  boolean isExactlyString(long object) {
    return type(object) == stringType;
  }

  boolean isExactlyGenerator(long object) {
    return type(object) == generatorType;
  }

  /** The name of the type of an object, for messages. */
  String typeName(long object) {
    try (var name = attribute(type(object), "__name__")) {
      return text(name.borrow());
    }
  }

  // --- strings

  /** A str of Latin-1 characters. */
  Owned latin1(String text) {
    if (text.length() < SCRATCH_BYTES) {
      Memory.latin1(scratch, text);
      return owned(c.PyUnicode_DecodeLatin1(scratch, text.length(), 0));
    }
    try (var arena = Arena.ofConfined()) {
      var octets = arena.allocate(text.length() + 1L).address();
      Memory.latin1(octets, text);
      return owned(c.PyUnicode_DecodeLatin1(octets, text.length(), 0));
    }
  }

  /** A str of any characters. */
  Owned string(String text) {
    var octets = text.getBytes(UTF_8);
    try (var arena = Arena.ofConfined()) {
      return owned(c.PyUnicode_DecodeUTF8(arena.allocateFrom(text).address(), octets.length, 0));
    }
  }

  /** A str of what UTF-8 octets say. */
  Owned utf8(ByteBuffer octets) {
    var size = octets.remaining();
    if (size <= SCRATCH_BYTES) {
      Memory.view(scratch, size).put(octets);
      return owned(c.PyUnicode_DecodeUTF8(scratch, size, 0));
    }
    try (var arena = Arena.ofConfined()) {
      var copy = arena.allocate(size);
      copy.asByteBuffer().put(octets);
      return owned(c.PyUnicode_DecodeUTF8(copy.address(), size, 0));
    }
  }

  /** A bytes object. */
  Owned bytes(ByteBuffer octets) {
    var size = octets.remaining();
    var bytes = owned(c.PyBytes_FromStringAndSize(0, size));
    Memory.view(c.PyBytes_AsString(bytes.borrow()), size).put(octets);
    return bytes;
  }

  /** An int. */
  Owned newInteger(long value) {
    return owned(c.PyLong_FromLongLong(value));
  }

  /** The value of an int; one out of range is clipped. */
  long integer(long object) {
    var value = c.PyNumber_AsSsize_t(object, 0);
    if (value == -1 && c.PyErr_Occurred() != 0) {
      throw raised();
    }
    return value;
  }

  /** An interned str: a lookup with a name of the application's source compares addresses only. */
  Owned interned(String text) {
    try (var arena = Arena.ofConfined()) {
      return owned(c.PyUnicode_InternFromString(arena.allocateFrom(text).address()));
    }
  }

  Owned list(List<String> texts) {
    var list = owned(c.PyList_New(0));
    for (var text : texts) {
      try (var item = string(text)) {
        check(c.PyList_Append(list.borrow(), item.borrow()));
      }
    }
    return list;
  }

  /**
   * The characters of a str.
   *
   * @throws PythonException it holds lone surrogates
   */
  String text(long string) {
    var octets = c.PyUnicode_AsUTF8AndSize(string, scratch);
    if (octets == 0) {
      throw raised();
    }
    return new String(Memory.octets(octets, Math.toIntExact(Memory.pointer(scratch))), UTF_8);
  }

  /**
   * The content of a bytes object as a chunk: a copy, or, when it is so large that the server
   * copies it, its own memory, which is valid while there is a reference to the object.
   */
  ByteBuffer chunk(long bytes) {
    var size = Math.toIntExact(c.PyBytes_Size(bytes));
    var octets = c.PyBytes_AsString(bytes);
    return size < Application.LARGE_CHUNK_BYTES
        ? ByteBuffer.wrap(Memory.octets(octets, size))
        : Memory.view(octets, size).asReadOnlyBuffer();
  }

  // --- calls

  Owned attribute(long object, String name) {
    try (var arena = Arena.ofConfined()) {
      return owned(c.PyObject_GetAttrString(object, arena.allocateFrom(name).address()));
    }
  }

  /** Calls {@code close()} of an iterable, if it has one (PEP 3333, "Specification Details"). */
  void closeIterable(long iterable) {
    try (var method = new Owned(c, c.PyObject_GetAttr(iterable, closeName.borrow()))) {
      if (method.borrow() != 0) {
        owned(c.PyObject_CallObject(method.borrow(), 0)).close();
      } else {
        clear(attributeError);
      }
    }
  }

  /** The {@code len()} of an object; -1: it has none. */
  long length(long object) {
    var length = c.PyObject_Size(object);
    if (length == -1) {
      clear(typeError, attributeError, notImplementedError);
    }
    return length;
  }

  /** Clears the exception that is set if it is one of these, otherwise throws it. */
  private void clear(long... expected) {
    for (var type : expected) {
      if (c.PyErr_ExceptionMatches(type) != 0) {
        c.PyErr_Clear();
        return;
      }
    }
    throw raised();
  }

  /** A function of {@code bootstrap.py}. */
  Owned ofBootstrap(String function) {
    return attribute(bootstrap.borrow(), function);
  }

  /** Calls a function of {@code bootstrap.py}; the arguments are closed. */
  Owned bootstrap(String function, Owned... arguments) {
    try (var callable = attribute(bootstrap.borrow(), function)) {
      return call(callable.borrow(), arguments);
    }
  }

  /** Calls a callable; the arguments are closed. */
  Owned call(long callable, Owned... arguments) {
    try (var tuple = owned(c.PyTuple_New(arguments.length))) {
      for (int i = 0; i < arguments.length; i++) {
        check(c.PyTuple_SetItem(tuple.borrow(), i, arguments[i].steal()));
      }
      return owned(c.PyObject_CallObject(callable, tuple.borrow()));
    }
  }

  // --- exceptions

  /** The exception that is set, which is cleared: nothing of it is left in Python. */
  PythonException raised() {
    try (var arena = Arena.ofConfined()) {
      var type = arena.allocate(24, 8).address();
      var value = type + 8;
      var trace = type + 16;
      c.PyErr_Fetch(type, value, trace);
      if (Memory.pointer(type) == 0) {
        return new PythonException("SystemError: failure without an exception", "");
      }
      c.PyErr_NormalizeException(type, value, trace);
      try (var _ = new Owned(c, Memory.pointer(type));
          var exception = new Owned(c, Memory.pointer(value));
          var traceback = new Owned(c, Memory.pointer(trace))) {
        if (traceback.borrow() != 0) {
          c.PyException_SetTraceback(exception.borrow(), traceback.borrow());
        }
        return described(exception.borrow());
      }
    }
  }

  /** Never fails: what cannot be described is named by its type. */
  private PythonException described(long exception) {
    try (var arguments = new Owned(c, c.PyTuple_New(1))) {
      c.Py_IncRef(exception);
      c.PyTuple_SetItem(arguments.borrow(), 0, exception);
      try (var text = new Owned(c, c.PyObject_CallObject(describe.borrow(), arguments.borrow()))) {
        if (text.borrow() != 0) {
          var octets = c.PyUnicode_AsUTF8AndSize(text.borrow(), scratch);
          if (octets != 0) {
            var size = Math.toIntExact(Memory.pointer(scratch));
            var traceback = new String(Memory.octets(octets, size), UTF_8);
            return new PythonException(lastLine(traceback), traceback);
          }
        }
      }
    }
    c.PyErr_Clear();
    var name = Memory.text(Memory.pointer(type(exception) + 24)); // PyTypeObject.tp_name
    return new PythonException(name, name + "\n");
  }

  private static String lastLine(String traceback) {
    var text = traceback.stripTrailing();
    return text.substring(text.lastIndexOf('\n') + 1);
  }

  /** Sets the error indicator to an exception of the application, with its traceback. */
  void raiseAgain(long exception, long traceback) {
    if (!isException(exception)) {
      raise(ErrorType.RUNTIME_ERROR, "the head was sent already, and exc_info has no exception");
    } else if (c.PyException_SetTraceback(exception, traceback) == 0) {
      c.PyErr_SetObject(type(exception), exception);
    }
  }

  /** Sets the error indicator, for an upcall that is about to return a failure. */
  void raise(ErrorType type, String message) {
    try (var arena = Arena.ofConfined()) {
      c.PyErr_SetString(errorTypes.get(type), arena.allocateFrom(message).address());
    }
  }
}
