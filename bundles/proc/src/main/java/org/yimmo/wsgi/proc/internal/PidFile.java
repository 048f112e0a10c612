package org.yimmo.wsgi.proc.internal;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that names the process that signals are meant for, as long as it runs. */
public final class PidFile implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PidFile.class.getName());

  private final Path file;
  private final String content;

  private PidFile(Path file, long pid) {
    this.file = file;
    content = pid + "\n";
  }

  /**
   * Writes it.
   *
   * @throws IOException it cannot be written, or names a server that runs; the message says it
   */
  public static PidFile write(Path file, long pid) throws IOException {
    if (Files.exists(file) && names(file)) {
      throw new IOException(
          "the pid file "
              + file
              + " names a yimmo-wsgi that runs; stop it or choose another --pid");
    }
    var written = new PidFile(file, pid);
    try {
      Files.writeString(file, written.content);
    } catch (IOException e) {
      throw new IOException(
          "cannot write the pid file " + file + ": " + e.getMessage() + "; choose another --pid",
          e);
    }
    return written;
  }

  /** After a crash the number may belong to any other process by now. */
  private static boolean names(Path file) throws IOException {
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
          .filter(process -> process.pid() != ProcessHandle.current().pid())
          .flatMap(process -> process.info().commandLine())
          .filter(command -> command.contains("yimmo-wsgi"))
          .isPresent();
    } catch (NumberFormatException _) {
      return false;
    }
  }

  /** Removes it, unless somebody else wrote another one meanwhile. */
  @Override
  public void close() {
    try {
      if (Files.exists(file) && Files.readString(file).equals(content)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot remove the pid file {0}: {1}", file, e.getMessage());
    }
  }
}
