package org.yimmo.wsgi.context.internal;

import java.io.IOException;
import java.io.Serial;

/** The client closed its connection or stopped reading: nobody's fault here. */
final class ClientGoneException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  ClientGoneException() {
    super("the client is gone");
  }

  /** It is thrown for control flow and never logged with its trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
