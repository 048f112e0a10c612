package org.yimmo.wsgi.deploy.internal.manage;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What makes the worker processes serve a generation: all of them, or none. */
interface Rollouts {
  /**
   * What the workers that serve say of the applications, by name.
   *
   * @param failures why some worker could not load it
   * @param absent those that no worker serves
   * @param mounts where those in Java are mounted, as {@link
   *     org.yimmo.wsgi.deploy.internal.release.Place} writes it
   */
  record Reports(Map<String, String> failures, Set<String> absent, Map<String, String> mounts) {
    static final Reports NONE = new Reports(Map.of(), Set.of(), Map.of());
  }

  /** <em>Thread:</em> any. */
  Reports reports();

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
