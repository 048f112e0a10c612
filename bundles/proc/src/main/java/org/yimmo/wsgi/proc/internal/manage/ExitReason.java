package org.yimmo.wsgi.proc.internal.manage;

import java.util.Map;
import java.util.Optional;

/** Why a process is gone, in words. */
final class ExitReason {
  private static final int SIGNALLED = 128;

  /** Numbers that are the same on all platforms, and Linux's 7. */
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "SIGHUP"),
          Map.entry(2, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(6, "SIGABRT"),
          Map.entry(7, "SIGBUS"),
          Map.entry(8, "SIGFPE"),
          Map.entry(9, "SIGKILL"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(15, "SIGTERM"));

  private ExitReason() {}

  static String text(int status, Optional<CrashReport> report) {
    var reason =
        status > SIGNALLED
            ? "was ended by "
                + SIGNALS.getOrDefault(status - SIGNALLED, "signal " + (status - SIGNALLED))
            : "ended with status " + status;
    return reason + report.map(ExitReason::crash).orElse("");
  }

  private static String crash(CrashReport report) {
    var signal = report.signal().map(name -> " with " + name).orElse("");
    return "; it crashed" + signal + ", see " + report.file();
  }
}
