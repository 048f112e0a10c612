package org.yimmo.wsgi.mod.internal;

import java.nio.ByteBuffer;
import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.StartResponse;

/**
 * One call of an application, from the environ to the close of the iterable.
 *
 * <p><em>Thread:</em> its worker, with the GIL; {@link #finish} gives it up.
 */
final class Call {
  private final Python py;
  private final Worker worker;
  private Owned environ;
  private Owned result;

  Call(Python py, Worker worker) {
    this.py = py;
    this.worker = worker;
    environ = py.nothing();
    result = py.nothing();
  }

  void start(long application, Environ variables, StartResponse startResponse) {
    environ = worker.begin(variables, startResponse);
    result =
        py.owned(
            py.c()
                .PyObject_CallFunctionObjArgs(
                    application, environ.borrow(), worker.startResponseCallable(), 0));
  }

  /** The content; the call is finished, or is by its close. */
  Iterable<ByteBuffer> content() {
    var c = py.c();
    var object = result.borrow();
    if (py.isExactlyList(object)) {
      var size = c.PyList_Size(object);
      if (size < 2) {
        return size == 0 ? none() : only(c.PyList_GetItem(object, 0));
      }
    } else if (py.isExactlyTuple(object)) {
      var size = c.PyTuple_Size(object);
      if (size < 2) {
        return size == 0 ? none() : only(c.PyTuple_GetItem(object, 0));
      }
    }
    return chunks();
  }

  private List<ByteBuffer> none() {
    finish();
    return List.of();
  }

  /** The content of a list or tuple of one item, which need not be a bytes object. */
  private Iterable<ByteBuffer> only(long item) {
    if (!py.isExactlyBytes(item)) {
      return chunks();
    }
    var chunk = py.chunk(item);
    if (chunk.remaining() >= Application.LARGE_CHUNK_BYTES) {
      var lender = py.share(item);
      return new SingleChunk(List.of(chunk), () -> finish(lender));
    }
    finish();
    return List.of(chunk);
  }

  /** The content of any iterable; it is a collection if it has one element. */
  private Iterable<ByteBuffer> chunks() {
    var chunks = new Chunks();
    var object = result.borrow();
    if (!py.isExactlyGenerator(object) && py.length(object) == 1) {
      return new SingleChunk(chunks, chunks::close);
    }
    return chunks;
  }

  /** Releases the objects of the call and the GIL. */
  void finish() {
    try {
      result.close();
      environ.close();
      worker.end();
    } finally {
      worker.release();
    }
  }

  /** Ends the loan of a chunk's memory, too. */
  private void finish(Owned lender) {
    try {
      lender.close();
    } finally {
      finish();
    }
  }

  private final class Chunks implements Iterable<ByteBuffer>, AutoCloseable {
    private Owned iterator = py.nothing();
    private Owned next = py.nothing();
    private Owned lent = py.nothing(); // the memory of the last chunk
    private boolean closed;

    @Override
    public Iterator<ByteBuffer> iterator() {
      if (iterator.borrow() != 0) {
        throw new IllegalStateException("an iterable of an application is iterated once");
      }
      iterator = py.owned(py.c().PyObject_GetIter(result.borrow()));
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return peek();
        }

        @Override
        public ByteBuffer next() {
          return take();
        }
      };
    }

    private boolean peek() {
      if (next.borrow() == 0) {
        lent.close();
        var item = py.c().PyIter_Next(iterator.borrow());
        if (item == 0 && py.c().PyErr_Occurred() != 0) {
          throw py.raised();
        }
        next = new Owned(py.c(), item);
      }
      return next.borrow() != 0;
    }

    private ByteBuffer take() {
      if (!peek()) {
        throw new NoSuchElementException();
      }
      lent = next;
      next = py.nothing();
      if (!py.isBytes(lent.borrow())) {
        var message =
            "TypeError: the iterable of the application yields %s, not bytes"
                .formatted(py.typeName(lent.borrow()));
        throw new PythonException(message, message + "\n");
      }
      return py.chunk(lent.borrow());
    }

    /** PEP 3333: close() is called however the request ended. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      try {
        lent.close();
        next.close();
        iterator.close();
        var object = result.borrow();
        if (!py.isExactlyList(object) && !py.isExactlyTuple(object)) {
          py.closeIterable(object);
        }
      } finally {
        finish();
      }
    }
  }

  /** An iterable of which {@code len()} is 1 (PEP 3333, "Handling the Content-Length Header"). */
  private static final class SingleChunk extends AbstractCollection<ByteBuffer>
      implements AutoCloseable {
    private final Iterable<ByteBuffer> content;
    private final Runnable end;

    SingleChunk(Iterable<ByteBuffer> content, Runnable end) {
      this.content = content;
      this.end = end;
    }

    @Override
    public Iterator<ByteBuffer> iterator() {
      return content.iterator();
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public void close() {
      end.run();
    }
  }
}
