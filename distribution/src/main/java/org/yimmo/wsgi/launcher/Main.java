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
      var launcher =
          new Launcher(home(), Path.of("").toAbsolutePath(), List.of(arguments), logging);
      status = launcher.run();
    } catch (Throwable fault) {
      System.getLogger(Main.class.getName()).log(Level.ERROR, "cannot start", fault);
    }
    logging.flush();
    System.exit(status);
  }

  /**
   * What the start script says; otherwise the folder above {@code lib}, in which this jar lies.
   * With an AOT cache that would be the folder in which the cache was made.
   */
  private static Path home() throws URISyntaxException {
    var told = System.getProperty("yimmo.home");
    if (told != null) {
      return Path.of(told);
    }
    var jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.toAbsolutePath().getParent().getParent();
  }
}
