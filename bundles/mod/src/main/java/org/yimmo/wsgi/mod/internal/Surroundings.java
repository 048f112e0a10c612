package org.yimmo.wsgi.mod.internal;

import java.util.List;

/** What an application finds around it. */
sealed interface Surroundings {
  /**
   * Those of the application that the command line names.
   *
   * @param chdir directory to change to, or empty
   * @param pythonpath further directories for the front of {@code sys.path}
   * @param argv {@code sys.argv}
   */
  record CommandLine(String chdir, List<String> pythonpath, List<String> argv)
      implements Surroundings {}

  /**
   * Those of a deployed application. It has no working directory: there is one for the process.
   *
   * @param pythonpath the front of {@code sys.path}
   * @param venv directory of a virtual environment, or empty
   * @param environment additions to {@code os.environ}, as {@code NAME=value}
   */
  record Deployment(List<String> pythonpath, String venv, List<String> environment)
      implements Surroundings {}
}
