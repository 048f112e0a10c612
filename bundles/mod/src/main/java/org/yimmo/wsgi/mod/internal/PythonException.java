package org.yimmo.wsgi.mod.internal;

/** An exception that Python code raised, as text; no Python object is kept. */
final class PythonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String traceback;

  /**
   * @param message type and text
   * @param traceback as Python prints it
   */
  PythonException(String message, String traceback) {
    super(message, null, false, false); // where Java was when Python failed helps nobody
    this.traceback = traceback;
  }

  String traceback() {
    return traceback;
  }
}
