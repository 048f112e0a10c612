package org.yimmo.wsgi.proc.internal.sockets;

/** Why the manager cannot listen; the message is for the user who started it. */
public final class BindFailure extends Exception {
  private static final long serialVersionUID = 1L;

  static final int CONFIGURATION = 2;
  static final int CANNOT_BIND = 3;

  private final int exitStatus;

  BindFailure(int exitStatus, String message, Throwable cause) {
    super(message, cause);
    this.exitStatus = exitStatus;
  }

  /** The exit status of the process (README.md). */
  public int exitStatus() {
    return exitStatus;
  }
}
