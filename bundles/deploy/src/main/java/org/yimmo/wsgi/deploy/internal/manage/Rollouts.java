package org.yimmo.wsgi.deploy.internal.manage;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What makes the worker processes serve a generation: all of them, or none. */
interface Rollouts {
  /** Whether there is somebody to do it. */
  boolean ready();

  /**
   * Begins. The former one has ended.
   *
   * @param live whether the processes that serve can change to it, as only Java differs
   * @return by name of the application why it does not serve, and under the empty name what hinders
   *     all of them
   */
  CompletionStage<Map<String, String>> begin(Path generation, boolean live);
}
