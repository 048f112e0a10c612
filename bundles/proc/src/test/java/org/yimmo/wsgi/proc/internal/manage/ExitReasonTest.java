package org.yimmo.wsgi.proc.internal.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitReasonTest {
  private static final int SIGABRT = 128 + 6;

  @TempDir Path folder;

  @Test
  void namesTheStatusOrTheSignal() {
    assertEquals("ended with status 3", ExitReason.text(3, Optional.empty()));
    assertEquals("was ended by SIGKILL", ExitReason.text(128 + 9, Optional.empty()));
    assertEquals("was ended by signal 64", ExitReason.text(128 + 64, Optional.empty()));
  }

  @Test
  void namesWhatTheReportSays() throws IOException {
    var report =
        Files.writeString(
            folder.resolve("yimmo-wsgi-crash-7.log"),
            """
            #
            # A fatal error has been detected by the Java Runtime Environment:
            #
            #  SIGSEGV (0xb) at pc=0x00007f93bedabad8, pid=7, tid=9
            #
            """);

    assertEquals(
        "was ended by SIGABRT; it crashed with SIGSEGV, see " + report,
        ExitReason.text(SIGABRT, CrashReport.of(folder, 7)));
    assertEquals("was ended by SIGABRT", ExitReason.text(SIGABRT, CrashReport.of(folder, 8)));
  }

  @Test
  void namesAReportThatSaysNothing() throws IOException {
    var report = Files.writeString(folder.resolve("yimmo-wsgi-crash-7.log"), "#\n");

    assertEquals(
        "was ended by SIGABRT; it crashed, see " + report,
        ExitReason.text(SIGABRT, CrashReport.of(folder, 7)));
  }
}
