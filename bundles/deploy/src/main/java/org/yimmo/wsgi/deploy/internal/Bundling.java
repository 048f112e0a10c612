package org.yimmo.wsgi.deploy.internal;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.yimmo.wsgi.deploy.internal.release.BadDropException;
import org.yimmo.wsgi.deploy.internal.release.Folders;
import org.yimmo.wsgi.deploy.internal.release.Packaging;

/** {@code yimmo-wsgi bundle}: makes one jar. */
final class Bundling {
  private static final System.Logger LOG = System.getLogger("org.yimmo.wsgi.deploy");

  private Bundling() {}

  /**
   * Makes it.
   *
   * @return why not, for people; empty: it is made
   */
  static Optional<String> run(Path source, Path output, Optional<Path> requirements) {
    try {
      var work = Files.createTempDirectory("yimmo-wsgi-bundle");
      try {
        var what = Packaging.make(source, requirements, output, work);
        LOG.log(Level.INFO, "{0}: {1}", output, what);
        return Optional.empty();
      } finally {
        Folders.delete(work);
      }
    } catch (BadDropException e) {
      return Optional.of("cannot make a bundle of %s: %s".formatted(source, e.getMessage()));
    } catch (FileSystemException e) {
      return Optional.of("cannot make %s of %s: %s".formatted(output, source, e));
    } catch (IOException e) {
      return Optional.of("cannot make %s of %s: %s".formatted(output, source, e.getMessage()));
    }
  }
}
