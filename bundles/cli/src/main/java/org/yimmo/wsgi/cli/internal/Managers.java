package org.yimmo.wsgi.cli.internal;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The managers of this user that are running, and the processes without one, by the folders of
 * their sockets.
 *
 * @param parents where such folders are
 */
record Managers(List<Path> parents) {
  private static final Pattern FOLDER = Pattern.compile("yimmo-wsgi-([1-9]\\d{0,9})");

  static Managers of(Map<String, String> environment) {
    var runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    var temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return new Managers(
        runtime.isEmpty() ? List.of(temporary) : List.of(Path.of(runtime), temporary));
  }

  /**
   * Pid and folder of each; what belongs to others cannot be looked into.
   *
   * @param socket on which they listen
   */
  SortedMap<Long, Path> running(String socket) {
    var running = new TreeMap<Long, Path>();
    for (var parent : parents) {
      try (var folders = Files.newDirectoryStream(parent, "yimmo-wsgi-*")) {
        for (var folder : folders) {
          var name = FOLDER.matcher(folder.getFileName().toString());
          if (name.matches() && answers(folder.resolve(socket))) {
            running.put(Long.valueOf(name.group(1)), folder);
          }
        }
      } catch (IOException | DirectoryIteratorException _) {
        // a folder that cannot be read has no manager of this user in it
      }
    }
    return running;
  }

  private static boolean answers(Path socket) {
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
