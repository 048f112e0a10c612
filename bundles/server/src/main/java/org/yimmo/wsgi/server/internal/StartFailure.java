package org.yimmo.wsgi.server.internal;

/** Why the server cannot start or go on; the message is for the user who started it. */
final class StartFailure extends Exception {
  private static final long serialVersionUID = 1L;

  static final int CONFIGURATION = 2;
  static final int CANNOT_BIND = 3;
  static final int APPLICATION = 4;
  static final int INTERNAL = 70;

  private final int exitStatus;

  StartFailure(int exitStatus, String message, Throwable cause) {
    super(message, cause);
    this.exitStatus = exitStatus;
  }

  /** The exit status of the process (docs/wiring.md). */
  int exitStatus() {
    return exitStatus;
  }
}
