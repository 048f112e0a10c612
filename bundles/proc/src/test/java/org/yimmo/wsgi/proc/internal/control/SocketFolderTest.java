package org.yimmo.wsgi.proc.internal.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketFolderTest {
  /** Larger than any pid that Linux gives. */
  private static final long DEAD = 999_999_999;

  @TempDir Path parent;

  @Test
  void isForItsUserAlone() throws IOException {
    var folder = create();

    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
  }

  @Test
  void removesThoseOfManagersThatWereKilled() throws IOException {
    var left = listened(DEAD);

    create();

    assertFalse(Files.exists(left));
  }

  @ParameterizedTest
  @ValueSource(strings = {Connection.CONTROL, SocketFolder.CONSOLE})
  void leavesAloneWhatIsListenedTo(String socket) throws IOException {
    var other = folder(DEAD);
    try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(other.resolve(socket)));

      create();

      assertTrue(Files.exists(other));
    }
  }

  @Test
  void leavesAloneWhatALivingProcessMayBeAboutToUse() throws IOException {
    var starting = folder(ProcessHandle.current().pid());

    create();

    assertTrue(Files.exists(starting));
  }

  @Test
  void leavesOtherFoldersAlone() throws IOException {
    var bundleCache = Files.createDirectory(parent.resolve("yimmo-wsgi-12ab"));

    create();

    assertTrue(Files.exists(bundleCache));
  }

  private Path create() throws IOException {
    return SocketFolder.create(Map.of("XDG_RUNTIME_DIR", parent.toString()), DEAD - 1);
  }

  private Path folder(long pid) throws IOException {
    return Files.createDirectory(parent.resolve("yimmo-wsgi-" + pid));
  }

  /** The socket file stays when the socket is closed, as after the death of a process. */
  private Path listened(long pid) throws IOException {
    var folder = folder(pid);
    try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(folder.resolve(Connection.CONTROL)));
    }
    assertTrue(Files.exists(folder.resolve(Connection.CONTROL)));
    return folder;
  }
}
