package org.yimmo.wsgi.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yimmo.wsgi.session.AccessLog;

/** The access log: its two formats and its file. */
class AccessLogTest {
  private static final AccessLog.Entry NASTY =
      new AccessLog.Entry(
          1_700_000_000_123L,
          1_234_567,
          "192.0.2.1",
          "GET",
          "/a\"b\\c?\u00e4",
          "HTTP/1.1",
          200,
          42,
          "r\u001b[31m\n\"",
          "u\u007f\u00ff");
  private static final AccessLog.Entry EMPTY =
      new AccessLog.Entry(0, 0, "", "", "", "", 400, 0, "", "");

  @TempDir Path directory;

  private static String line(AccessLogFormat format, AccessLog.Entry entry) {
    var lines = new StringBuilder();
    format.append(lines, entry);
    return lines.toString();
  }

  @Test
  void writesCombinedLines() {
    var format = new AccessLogFormat.Combined(ZoneId.of("+01:00"));

    assertEquals(
        "192.0.2.1 - - [14/Nov/2023:23:13:20 +0100] \"GET /a\\\"b\\\\c?\\xe4 HTTP/1.1\" 200 42"
            + " \"r\\x1b[31m\\x0a\\\"\" \"u\\x7f\\xff\"\n",
        line(format, NASTY));
    assertEquals(
        "- - - [01/Jan/1970:01:00:00 +0100] \"-\" 400 0 \"-\" \"-\"\n", line(format, EMPTY));
  }

  @Test
  void writesJsonLines() {
    assertEquals(
        "{\"time\":\"2023-11-14T22:13:20.123Z\",\"remote_address\":\"192.0.2.1\",\"method\":\"GET\","
            + "\"target\":\"/a\\\"b\\\\c?\\u00e4\",\"protocol\":\"HTTP/1.1\",\"status\":200,"
            + "\"bytes\":42,\"duration_us\":1234,\"referer\":\"r\\u001b[31m\\u000a\\\"\","
            + "\"user_agent\":\"u\\u007f\\u00ff\"}\n",
        line(new AccessLogFormat.Json(), NASTY));
  }

  @Test
  void appendsEachResponseToItsFile() throws Exception {
    var file = Files.writeString(directory.resolve("access.log"), "before\n");
    var log = AccessLogWriter.open(file.toString(), new AccessLogFormat.Json());
    try (var server = new TestServer.Builder().accessLog(log).open(TestWorker::path);
        var client = server.connect()) {
      client.get("/a").response();
      client.send("BAD\r\n\r\n").response();
      assertTrue(client.closed());
    }
    log.close();

    var lines = Files.readAllLines(file);
    assertEquals(3, lines.size());
    assertEquals("before", lines.get(0));
    assertTrue(lines.get(1).contains("\"target\":\"/a\",\"protocol\":\"HTTP/1.1\",\"status\":200"));
    assertTrue(lines.get(2).contains("\"status\":400"));
  }

  @Test
  void leavesAFileThatWasMovedAndLosesNothing() throws Exception {
    var file = directory.resolve("access.log");
    var log = AccessLogWriter.open(file.toString(), (lines, _) -> lines.append("x\n"));
    var moved = directory.resolve("access.log.1");
    for (int i = 0; i < 1000; i++) {
      log.ended(NASTY);
    }
    Files.move(file, moved);

    log.reopen();
    for (int i = 0; i < 1000; i++) {
      log.ended(NASTY);
    }
    log.close();

    var lines = Files.readAllLines(file).size();
    assertTrue(lines >= 1000, () -> lines + " lines in the new file");
    assertEquals(2000, lines + Files.readAllLines(moved).size());
  }

  @Test
  void goesOnWithItsOldFileWhenThereCanBeNoNewOne() throws Exception {
    var folder = Files.createDirectory(directory.resolve("folder"));
    var file = folder.resolve("access.log");
    var log = AccessLogWriter.open(file.toString(), (lines, _) -> lines.append("x\n"));
    var moved = Files.move(folder, directory.resolve("moved")).resolve("access.log");

    log.reopen();
    log.ended(NASTY);
    log.close();

    assertEquals("x\n", Files.readString(moved));
  }

  @Test
  void dropsWhatCannotBeWrittenInTimeAndNeverWaits() throws Exception {
    var stuck = new CountDownLatch(1);
    var writing = new CountDownLatch(1);
    var written = new StringBuilder();
    var output =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            writing.countDown();
            try {
              stuck.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            written.append((char) octet);
          }
        };
    var log = new AccessLogWriter("test", () -> output, (lines, _) -> lines.append('x'));
    log.start();
    log.ended(NASTY);
    assertTrue(writing.await(10, TimeUnit.SECONDS));

    for (int i = 0; i < 20_000; i++) {
      log.ended(NASTY);
    }
    stuck.countDown();
    log.close();

    assertEquals(1 + 16 * 1024, written.length());
  }

  @Test
  void saysThatItsFileCannotBeOpened() {
    var path = directory.resolve("none").resolve("access.log").toString();

    var failure =
        assertThrows(
            StartFailure.class, () -> AccessLogWriter.open(path, new AccessLogFormat.Json()));

    assertEquals(2, failure.exitStatus());
    assertEquals(
        "cannot write the access log " + path + ": no such directory", failure.getMessage());
  }

  @Test
  void knowsItsFormats() {
    var failure = assertThrows(StartFailure.class, () -> AccessLogFormat.of("xml"));

    assertEquals(2, failure.exitStatus());
  }
}
