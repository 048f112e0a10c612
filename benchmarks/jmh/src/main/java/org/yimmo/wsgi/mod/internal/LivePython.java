package org.yimmo.wsgi.mod.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.mod.internal.capi.CPython;
import org.yimmo.wsgi.mod.internal.capi.CPythonLibrary;
import org.yimmo.wsgi.mod.internal.capi.SystemLoader;
import org.yimmo.wsgi.mod.internal.choose.Installation;
import org.yimmo.wsgi.mod.internal.choose.InterpreterChoice;
import org.yimmo.wsgi.mod.internal.choose.PythonUnusable;

/** The mod bundle without OSGi: the interpreter of this JVM. */
public final class LivePython {
  private final Installation installation;
  private final EmbeddedPython python;

  private LivePython(Installation installation, EmbeddedPython python) {
    this.installation = installation;
    this.python = python;
  }

  /**
   * Starts it.
   *
   * @param wish as {@code --python}
   */
  public static LivePython start(String wish) throws PythonUnusable, LoadFailure {
    var searchPath = Stream.of(System.getenv("PATH").split(":")).map(Path::of).toList();
    var installation =
        InterpreterChoice.ofThisMachine("")
            .choose(new InterpreterChoice.Wishes(wish, "", searchPath));
    return new LivePython(installation, EmbeddedPython.of(installation, "0.0.0"));
  }

  /** Imports an application. */
  public Application load(Path folder, String module, String app)
      throws PythonUnusable, LoadFailure {
    return python.load(
        new Settings(
            module,
            app,
            new Surroundings.CommandLine(folder.toString(), List.of(), List.of("jmh"))),
        python.main());
  }

  /** The functions of its library. */
  public CPython functions() {
    return new CPythonLibrary(new SystemLoader(), installation.library());
  }
}
