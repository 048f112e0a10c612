package org.yimmo.wsgi.launcher;

import java.lang.System.Logger.Level;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** The entry point of the process. */
public final class Main {
  private Main() {}

  /** Runs until somebody asks for the exit. Threads of the framework are alive: hence the exit. */
  public static void main(String[] arguments) {
    var logging = Logging.toStandardError();
    var status = Launcher.INTERNAL_FAULT;
    try {
      var launcher = new Launcher(home(), Path.of("").toAbsolutePath(), List.of(arguments));
      status = launcher.run();
    } catch (Throwable fault) {
      System.getLogger(Main.class.getName()).log(Level.ERROR, "cannot start", fault);
    }
    logging.flush();
    System.exit(status);
  }

  /** The folder above {@code lib}, in which this jar lies. */
  private static Path home() throws URISyntaxException {
    var jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.toAbsolutePath().getParent().getParent();
  }
}
