package org.yimmo.wsgi.mod.internal.capi;

/**
 * The functions of CPython that this bundle calls, under their C names and with their C return
 * conventions: NULL is 0, failure is NULL or -1 with the error indicator set.
 *
 * <p>A pointer is a {@code long}. {@code @return new}: the caller owns the reference; {@code
 * borrowed}: somebody else does. An argument is borrowed unless the method says {@code steals}.
 *
 * <p><em>Thread:</em> a thread that holds the GIL, unless a method says otherwise.
 *
 * <p>Source: <a href="https://docs.python.org/3/c-api/">Python/C API Reference Manual</a>. Every
 * function is exported by CPython 3.9 to 3.14.
 */
public interface CPython {
  /** {@code Py_file_input}: source that is a whole file. */
  int Py_file_input = 257;

  /** {@code Py_tp_iter}, a slot of {@link #PyType_FromSpec}. */
  int Py_tp_iter = 62;

  /** {@code Py_tp_iternext}. */
  int Py_tp_iternext = 63;

  /** {@code Py_tp_methods}. */
  int Py_tp_methods = 64;

  /** {@code Py_tp_doc}. */
  int Py_tp_doc = 56;

  /** {@code METH_FASTCALL}. */
  int METH_FASTCALL = 0x80;

  /** {@code METH_KEYWORDS}. */
  int METH_KEYWORDS = 0x02;

  /** {@code Py_TPFLAGS_DEFAULT}: what every version accepts as default flags. */
  int Py_TPFLAGS_DEFAULT = 0;

  /** Flag of {@link #PyType_GetFlags}: list or a subclass. */
  long Py_TPFLAGS_LIST_SUBCLASS = 1L << 25;

  /** Flag of {@link #PyType_GetFlags}: tuple or a subclass. */
  long Py_TPFLAGS_TUPLE_SUBCLASS = 1L << 26;

  /** Flag of {@link #PyType_GetFlags}: bytes or a subclass. */
  long Py_TPFLAGS_BYTES_SUBCLASS = 1L << 27;

  /** Flag of {@link #PyType_GetFlags}: str or a subclass. */
  long Py_TPFLAGS_UNICODE_SUBCLASS = 1L << 28;

  /** Flag of {@link #PyType_GetFlags}: an exception. */
  long Py_TPFLAGS_BASE_EXC_SUBCLASS = 1L << 30;

  /** What {@code PyStatus} says; {@code message} is a C string or NULL. */
  record PyStatus(int type, long message) {
    /** {@code _PyStatus_TYPE_OK}. */
    public boolean ok() {
      return type == 0;
    }
  }

  /**
   * The address of a variable or function of the library.
   *
   * @throws IllegalStateException there is none of that name
   */
  long address(String name);

  // --- life of the interpreter; no GIL before Py_InitializeEx

  /** Fills a {@code PyPreConfig} as the {@code python} command does. */
  void PyPreConfig_InitPythonConfig(long config);

  PyStatus Py_PreInitialize(long config);

  /** {@code name} is a {@code wchar_t*} that must live as long as the interpreter. */
  void Py_SetProgramName(long name);

  void Py_InitializeEx(int installSignalHandlers);

  int Py_FinalizeEx();

  // --- interpreters

  /**
   * A further interpreter that shares the GIL, and a thread state for the caller in it, which
   * becomes the current one. NULL: it failed, and the current one remains.
   */
  long Py_NewInterpreter();

  /** The interpreter of a thread state; no GIL is needed. */
  long PyThreadState_GetInterpreter(long threadState);

  // --- threads

  /** Releases the GIL. Returns the thread state of the caller, for the way back. */
  long PyEval_SaveThread();

  /** Waits for the GIL. The caller does not hold it. */
  void PyEval_RestoreThread(long threadState);

  /** A thread state for the caller in an interpreter; no GIL is needed. NULL: out of memory. */
  long PyThreadState_New(long interpreter);

  /** The thread state of the caller. */
  long PyThreadState_Get();

  /** What {@code threading.get_ident()} says of the caller. */
  long PyThread_get_thread_ident();

  /**
   * Makes a thread raise an exception of the class {@code exception} at its next bytecode; NULL
   * takes back one that was not raised yet.
   *
   * @return the number of threads that were found
   */
  int PyThreadState_SetAsyncExc(long ident, long exception);

  void PyThreadState_Clear(long threadState);

  /** The thread state was cleared and belongs to no living thread. */
  void PyThreadState_Delete(long threadState);

  /** The caller's own thread state was cleared. Releases the GIL. */
  void PyThreadState_DeleteCurrent();

  // --- references

  void Py_IncRef(long object);

  void Py_DecRef(long object);

  // --- objects

  /** {@return new} */
  long PyObject_GetAttrString(long object, long name);

  /** {@return new} */
  long PyObject_GetAttr(long object, long name);

  /**
   * Calls with the tuple {@code arguments}, or without arguments when it is NULL.
   *
   * @return new
   */
  long PyObject_CallObject(long callable, long arguments);

  /**
   * Calls with two arguments; {@code end} is NULL.
   *
   * @return new
   */
  long PyObject_CallFunctionObjArgs(long callable, long first, long second, long end);

  /** {@return new} */
  long PyObject_GetIter(long object);

  /**
   * NULL without an error: the iterator is exhausted.
   *
   * @return new
   */
  long PyIter_Next(long iterator);

  long PyObject_Size(long object);

  /** With {@code overflow} NULL a number out of range is clipped. */
  long PyNumber_AsSsize_t(long object, long overflow);

  /** {@return new} */
  long PyLong_FromLongLong(long value);

  // --- types

  long PyType_GetFlags(long type);

  /** {@return new} */
  long PyType_FromSpec(long spec);

  /**
   * An instance with zeroed memory behind its head.
   *
   * @return new
   */
  long PyType_GenericAlloc(long type, long items);

  // --- str

  /** {@return new} */
  long PyUnicode_DecodeLatin1(long octets, long size, long errors);

  /** {@return new} */
  long PyUnicode_DecodeUTF8(long octets, long size, long errors);

  /** {@return new} */
  long PyUnicode_InternFromString(long text);

  /** The UTF-8 octets, owned by the object; their number goes to {@code size}. */
  long PyUnicode_AsUTF8AndSize(long object, long size);

  // --- bytes

  /**
   * With {@code octets} NULL the content is left for the caller to fill.
   *
   * @return new
   */
  long PyBytes_FromStringAndSize(long octets, long size);

  /** The octets, owned by the object. */
  long PyBytes_AsString(long object);

  long PyBytes_Size(long object);

  // --- list, tuple, dict

  /** {@return new} */
  long PyList_New(long size);

  int PyList_Append(long list, long item);

  long PyList_Size(long list);

  /** {@return borrowed} */
  long PyList_GetItem(long list, long index);

  /** {@return new} */
  long PyTuple_New(long size);

  long PyTuple_Size(long tuple);

  /** Steals {@code item}, also on failure. */
  int PyTuple_SetItem(long tuple, long index, long item);

  /** {@return borrowed} */
  long PyTuple_GetItem(long tuple, long index);

  /** {@return new} */
  long PyDict_Copy(long dict);

  int PyDict_SetItem(long dict, long key, long value);

  int PyDict_DelItem(long dict, long key);

  // --- errors

  /**
   * NULL: there is none.
   *
   * @return borrowed
   */
  long PyErr_Occurred();

  /** Clears the error indicator into three variables; new references or NULL. */
  void PyErr_Fetch(long type, long value, long traceback);

  /** Makes what {@link #PyErr_Fetch} left a real exception, in the same three variables. */
  void PyErr_NormalizeException(long type, long value, long traceback);

  void PyErr_SetString(long type, long message);

  void PyErr_SetObject(long type, long value);

  void PyErr_Clear();

  int PyErr_ExceptionMatches(long type);

  int PyException_SetTraceback(long exception, long traceback);

  // --- code

  /** {@return new} */
  long Py_CompileString(long source, long filename, int start);

  /**
   * Runs code as a module and puts it into {@code sys.modules}.
   *
   * @return new
   */
  long PyImport_ExecCodeModule(long name, long code);

  // --- stack; only in 3.14.1 and later

  /** Whether {@link #PyUnstable_ThreadState_SetStackProtection} exists. */
  boolean hasStackProtection();

  int PyUnstable_ThreadState_SetStackProtection(long threadState, long start, long size);
}
