package org.yimmo.wsgi.proc.internal.control;

import java.io.IOException;

/** The other side does not speak the control protocol; nothing it says can be trusted any more. */
public final class BadFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  BadFrameException(String message) {
    super(message);
  }
}
