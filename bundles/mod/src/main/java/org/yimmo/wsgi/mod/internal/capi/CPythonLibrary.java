package org.yimmo.wsgi.mod.internal.capi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Optional;

/** The functions of one libpython, looked up once when it was opened. */
@SuppressWarnings("MemberName") // C names
public final class CPythonLibrary implements CPython {
  private final SymbolLookup symbols;
  private final MemorySegment PyPreConfig_InitPythonConfig;
  private final MemorySegment Py_SetProgramName;
  private final MemorySegment Py_InitializeEx;
  private final MemorySegment Py_FinalizeEx;
  private final MemorySegment PyEval_SaveThread;
  private final MemorySegment PyEval_RestoreThread;
  private final MemorySegment Py_NewInterpreter;
  private final MemorySegment PyThreadState_GetInterpreter;
  private final MemorySegment PyThreadState_New;
  private final MemorySegment PyThreadState_Get;
  private final MemorySegment PyThread_get_thread_ident;
  private final MemorySegment PyThreadState_SetAsyncExc;
  private final MemorySegment PyThreadState_Clear;
  private final MemorySegment PyThreadState_Delete;
  private final MemorySegment PyThreadState_DeleteCurrent;
  private final MemorySegment Py_IncRef;
  private final MemorySegment Py_DecRef;
  private final MemorySegment PyObject_GetAttrString;
  private final MemorySegment PyObject_GetAttr;
  private final MemorySegment PyObject_CallObject;
  private final MemorySegment PyObject_GetIter;
  private final MemorySegment PyIter_Next;
  private final MemorySegment PyObject_Size;
  private final MemorySegment PyNumber_AsSsize_t;
  private final MemorySegment PyLong_FromLongLong;
  private final MemorySegment PyType_GetFlags;
  private final MemorySegment PyType_FromSpec;
  private final MemorySegment PyType_GenericAlloc;
  private final MemorySegment PyUnicode_DecodeLatin1;
  private final MemorySegment PyUnicode_DecodeUTF8;
  private final MemorySegment PyUnicode_InternFromString;
  private final MemorySegment PyUnicode_AsUTF8AndSize;
  private final MemorySegment PyBytes_FromStringAndSize;
  private final MemorySegment PyBytes_AsString;
  private final MemorySegment PyBytes_Size;
  private final MemorySegment PyList_New;
  private final MemorySegment PyList_Append;
  private final MemorySegment PyList_Size;
  private final MemorySegment PyList_GetItem;
  private final MemorySegment PyTuple_New;
  private final MemorySegment PyTuple_Size;
  private final MemorySegment PyTuple_SetItem;
  private final MemorySegment PyTuple_GetItem;
  private final MemorySegment PyDict_Copy;
  private final MemorySegment PyDict_SetItem;
  private final MemorySegment PyDict_DelItem;
  private final MemorySegment PyErr_Occurred;
  private final MemorySegment PyErr_Fetch;
  private final MemorySegment PyErr_NormalizeException;
  private final MemorySegment PyErr_SetString;
  private final MemorySegment PyErr_SetObject;
  private final MemorySegment PyErr_Clear;
  private final MemorySegment PyErr_ExceptionMatches;
  private final MemorySegment PyException_SetTraceback;
  private final MemorySegment Py_CompileString;
  private final MemorySegment PyImport_ExecCodeModule;
  private final MemorySegment PyObject_CallFunctionObjArgs;
  private final MemorySegment Py_PreInitialize;
  private final Optional<MemorySegment> PyUnstable_ThreadState_SetStackProtection;

  /**
   * Opens the library for the whole process: extension modules find the symbols of libpython only
   * among the global ones.
   *
   * @throws UnsatisfiedLinkError it cannot be opened; the message is that of the system
   * @throws IllegalStateException it is not a CPython of the supported versions
   */
  public CPythonLibrary(DynamicLoader loader, Path library) {
    symbols = open(loader, library);
    PyPreConfig_InitPythonConfig = function("PyPreConfig_InitPythonConfig");
    Py_SetProgramName = function("Py_SetProgramName");
    Py_InitializeEx = function("Py_InitializeEx");
    Py_FinalizeEx = function("Py_FinalizeEx");
    PyEval_SaveThread = function("PyEval_SaveThread");
    PyEval_RestoreThread = function("PyEval_RestoreThread");
    Py_NewInterpreter = function("Py_NewInterpreter");
    PyThreadState_GetInterpreter = function("PyThreadState_GetInterpreter");
    PyThreadState_New = function("PyThreadState_New");
    PyThreadState_Get = function("PyThreadState_Get");
    PyThread_get_thread_ident = function("PyThread_get_thread_ident");
    PyThreadState_SetAsyncExc = function("PyThreadState_SetAsyncExc");
    PyThreadState_Clear = function("PyThreadState_Clear");
    PyThreadState_Delete = function("PyThreadState_Delete");
    PyThreadState_DeleteCurrent = function("PyThreadState_DeleteCurrent");
    Py_IncRef = function("Py_IncRef");
    Py_DecRef = function("Py_DecRef");
    PyObject_GetAttrString = function("PyObject_GetAttrString");
    PyObject_GetAttr = function("PyObject_GetAttr");
    PyObject_CallObject = function("PyObject_CallObject");
    PyObject_GetIter = function("PyObject_GetIter");
    PyIter_Next = function("PyIter_Next");
    PyObject_Size = function("PyObject_Size");
    PyNumber_AsSsize_t = function("PyNumber_AsSsize_t");
    PyLong_FromLongLong = function("PyLong_FromLongLong");
    PyType_GetFlags = function("PyType_GetFlags");
    PyType_FromSpec = function("PyType_FromSpec");
    PyType_GenericAlloc = function("PyType_GenericAlloc");
    PyUnicode_DecodeLatin1 = function("PyUnicode_DecodeLatin1");
    PyUnicode_DecodeUTF8 = function("PyUnicode_DecodeUTF8");
    PyUnicode_InternFromString = function("PyUnicode_InternFromString");
    PyUnicode_AsUTF8AndSize = function("PyUnicode_AsUTF8AndSize");
    PyBytes_FromStringAndSize = function("PyBytes_FromStringAndSize");
    PyBytes_AsString = function("PyBytes_AsString");
    PyBytes_Size = function("PyBytes_Size");
    PyList_New = function("PyList_New");
    PyList_Append = function("PyList_Append");
    PyList_Size = function("PyList_Size");
    PyList_GetItem = function("PyList_GetItem");
    PyTuple_New = function("PyTuple_New");
    PyTuple_Size = function("PyTuple_Size");
    PyTuple_SetItem = function("PyTuple_SetItem");
    PyTuple_GetItem = function("PyTuple_GetItem");
    PyDict_Copy = function("PyDict_Copy");
    PyDict_SetItem = function("PyDict_SetItem");
    PyDict_DelItem = function("PyDict_DelItem");
    PyErr_Occurred = function("PyErr_Occurred");
    PyErr_Fetch = function("PyErr_Fetch");
    PyErr_NormalizeException = function("PyErr_NormalizeException");
    PyErr_SetString = function("PyErr_SetString");
    PyErr_SetObject = function("PyErr_SetObject");
    PyErr_Clear = function("PyErr_Clear");
    PyErr_ExceptionMatches = function("PyErr_ExceptionMatches");
    PyException_SetTraceback = function("PyException_SetTraceback");
    Py_CompileString = function("Py_CompileString");
    PyImport_ExecCodeModule = function("PyImport_ExecCodeModule");
    PyObject_CallFunctionObjArgs = function("PyObject_CallFunctionObjArgs");
    Py_PreInitialize = function("Py_PreInitialize");
    PyUnstable_ThreadState_SetStackProtection =
        symbols.find("PyUnstable_ThreadState_SetStackProtection");
  }

  @SuppressWarnings("restricted") // the library stays open as long as the process lives
  private static SymbolLookup open(DynamicLoader loader, Path library) {
    try (var arena = Arena.ofConfined()) {
      var path = arena.allocateFrom(library.toString()).address();
      var flags = DynamicLoader.RTLD_NOW | DynamicLoader.RTLD_GLOBAL();
      if (loader.dlopen(path, flags) == 0) {
        var error = loader.dlerror();
        throw new UnsatisfiedLinkError(error == 0 ? "no reason given" : Memory.text(error));
      }
    }
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  private MemorySegment function(String name) {
    return symbols
        .find(name)
        .orElseThrow(() -> new IllegalStateException("libpython has no " + name));
  }

  @Override
  public long address(String name) {
    return function(name).address();
  }

  @Override
  public void PyPreConfig_InitPythonConfig(long config) {
    Shapes.v(PyPreConfig_InitPythonConfig, config);
  }

  @Override
  public void Py_SetProgramName(long name) {
    Shapes.v(Py_SetProgramName, name);
  }

  @Override
  public void Py_InitializeEx(int installSignalHandlers) {
    Shapes.v(Py_InitializeEx, installSignalHandlers);
  }

  @Override
  public int Py_FinalizeEx() {
    return Shapes.i(Py_FinalizeEx);
  }

  @Override
  public long PyEval_SaveThread() {
    return Shapes.j(PyEval_SaveThread);
  }

  @Override
  public void PyEval_RestoreThread(long threadState) {
    Shapes.v(PyEval_RestoreThread, threadState);
  }

  @Override
  public long Py_NewInterpreter() {
    return Shapes.j(Py_NewInterpreter);
  }

  @Override
  public long PyThreadState_GetInterpreter(long threadState) {
    return Shapes.j(PyThreadState_GetInterpreter, threadState);
  }

  @Override
  public long PyThreadState_New(long interpreter) {
    return Shapes.j(PyThreadState_New, interpreter);
  }

  @Override
  public long PyThreadState_Get() {
    return Shapes.j(PyThreadState_Get);
  }

  @Override
  public long PyThread_get_thread_ident() {
    return Shapes.j(PyThread_get_thread_ident);
  }

  @Override
  public int PyThreadState_SetAsyncExc(long ident, long exception) {
    return Shapes.i(PyThreadState_SetAsyncExc, ident, exception);
  }

  @Override
  public void PyThreadState_Clear(long threadState) {
    Shapes.v(PyThreadState_Clear, threadState);
  }

  @Override
  public void PyThreadState_Delete(long threadState) {
    Shapes.v(PyThreadState_Delete, threadState);
  }

  @Override
  public void PyThreadState_DeleteCurrent() {
    Shapes.v(PyThreadState_DeleteCurrent);
  }

  @Override
  public void Py_IncRef(long object) {
    Shapes.v(Py_IncRef, object);
  }

  @Override
  public void Py_DecRef(long object) {
    Shapes.v(Py_DecRef, object);
  }

  @Override
  public long PyObject_GetAttrString(long object, long name) {
    return Shapes.j(PyObject_GetAttrString, object, name);
  }

  @Override
  public long PyObject_GetAttr(long object, long name) {
    return Shapes.j(PyObject_GetAttr, object, name);
  }

  @Override
  public long PyObject_CallObject(long callable, long arguments) {
    return Shapes.j(PyObject_CallObject, callable, arguments);
  }

  @Override
  public long PyObject_GetIter(long object) {
    return Shapes.j(PyObject_GetIter, object);
  }

  @Override
  public long PyIter_Next(long iterator) {
    return Shapes.j(PyIter_Next, iterator);
  }

  @Override
  public long PyObject_Size(long object) {
    return Shapes.j(PyObject_Size, object);
  }

  @Override
  public long PyNumber_AsSsize_t(long object, long overflow) {
    return Shapes.j(PyNumber_AsSsize_t, object, overflow);
  }

  @Override
  public long PyLong_FromLongLong(long value) {
    return Shapes.j(PyLong_FromLongLong, value);
  }

  @Override
  public long PyType_GetFlags(long type) {
    return Shapes.j(PyType_GetFlags, type);
  }

  @Override
  public long PyType_FromSpec(long spec) {
    return Shapes.j(PyType_FromSpec, spec);
  }

  @Override
  public long PyType_GenericAlloc(long type, long items) {
    return Shapes.j(PyType_GenericAlloc, type, items);
  }

  @Override
  public long PyUnicode_DecodeLatin1(long octets, long size, long errors) {
    return Shapes.j(PyUnicode_DecodeLatin1, octets, size, errors);
  }

  @Override
  public long PyUnicode_DecodeUTF8(long octets, long size, long errors) {
    return Shapes.j(PyUnicode_DecodeUTF8, octets, size, errors);
  }

  @Override
  public long PyUnicode_InternFromString(long text) {
    return Shapes.j(PyUnicode_InternFromString, text);
  }

  @Override
  public long PyUnicode_AsUTF8AndSize(long object, long size) {
    return Shapes.j(PyUnicode_AsUTF8AndSize, object, size);
  }

  @Override
  public long PyBytes_FromStringAndSize(long octets, long size) {
    return Shapes.j(PyBytes_FromStringAndSize, octets, size);
  }

  @Override
  public long PyBytes_AsString(long object) {
    return Shapes.j(PyBytes_AsString, object);
  }

  @Override
  public long PyBytes_Size(long object) {
    return Shapes.j(PyBytes_Size, object);
  }

  @Override
  public long PyList_New(long size) {
    return Shapes.j(PyList_New, size);
  }

  @Override
  public int PyList_Append(long list, long item) {
    return Shapes.i(PyList_Append, list, item);
  }

  @Override
  public long PyList_Size(long list) {
    return Shapes.j(PyList_Size, list);
  }

  @Override
  public long PyList_GetItem(long list, long index) {
    return Shapes.j(PyList_GetItem, list, index);
  }

  @Override
  public long PyTuple_New(long size) {
    return Shapes.j(PyTuple_New, size);
  }

  @Override
  public long PyTuple_Size(long tuple) {
    return Shapes.j(PyTuple_Size, tuple);
  }

  @Override
  public int PyTuple_SetItem(long tuple, long index, long item) {
    return Shapes.i(PyTuple_SetItem, tuple, index, item);
  }

  @Override
  public long PyTuple_GetItem(long tuple, long index) {
    return Shapes.j(PyTuple_GetItem, tuple, index);
  }

  @Override
  public long PyDict_Copy(long dict) {
    return Shapes.j(PyDict_Copy, dict);
  }

  @Override
  public int PyDict_SetItem(long dict, long key, long value) {
    return Shapes.i(PyDict_SetItem, dict, key, value);
  }

  @Override
  public int PyDict_DelItem(long dict, long key) {
    return Shapes.i(PyDict_DelItem, dict, key);
  }

  @Override
  public long PyErr_Occurred() {
    return Shapes.j(PyErr_Occurred);
  }

  @Override
  public void PyErr_Fetch(long type, long value, long traceback) {
    Shapes.v(PyErr_Fetch, type, value, traceback);
  }

  @Override
  public void PyErr_NormalizeException(long type, long value, long traceback) {
    Shapes.v(PyErr_NormalizeException, type, value, traceback);
  }

  @Override
  public void PyErr_SetString(long type, long message) {
    Shapes.v(PyErr_SetString, type, message);
  }

  @Override
  public void PyErr_SetObject(long type, long value) {
    Shapes.v(PyErr_SetObject, type, value);
  }

  @Override
  public void PyErr_Clear() {
    Shapes.v(PyErr_Clear);
  }

  @Override
  public int PyErr_ExceptionMatches(long type) {
    return Shapes.i(PyErr_ExceptionMatches, type);
  }

  @Override
  public int PyException_SetTraceback(long exception, long traceback) {
    return Shapes.i(PyException_SetTraceback, exception, traceback);
  }

  @Override
  public long Py_CompileString(long source, long filename, int start) {
    return Shapes.j(Py_CompileString, source, filename, start);
  }

  @Override
  public long PyImport_ExecCodeModule(long name, long code) {
    return Shapes.j(PyImport_ExecCodeModule, name, code);
  }

  @Override
  public PyStatus Py_PreInitialize(long config) {
    try (var arena = Arena.ofConfined()) {
      return Shapes.status(arena, Py_PreInitialize, config);
    }
  }

  @Override
  public long PyObject_CallFunctionObjArgs(long callable, long first, long second, long end) {
    return Shapes.variadic(PyObject_CallFunctionObjArgs, callable, first, second, end);
  }

  @Override
  public boolean hasStackProtection() {
    return PyUnstable_ThreadState_SetStackProtection.isPresent();
  }

  @Override
  public int PyUnstable_ThreadState_SetStackProtection(long threadState, long start, long size) {
    return Shapes.i(
        PyUnstable_ThreadState_SetStackProtection.orElseThrow(), threadState, start, size);
  }
}
