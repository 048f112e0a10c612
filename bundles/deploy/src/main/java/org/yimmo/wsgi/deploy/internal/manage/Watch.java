package org.yimmo.wsgi.deploy.internal.manage;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which drops have changed, and change no longer: they look the same twice.
 *
 * <p><em>Thread:</em> that of the deployments.
 */
final class Watch {
  private static final int MOST_LOOKS = 12;

  private Map<String, String> former = Map.of();
  private final Map<String, String> taken = new HashMap<>();
  private int looks;
  private boolean looked;

  /** Names of drops. */
  record Changes(Set<String> changed, Set<String> gone) {}

  /**
   * Looks.
   *
   * @param present the stamp of each drop that is there
   */
  Changes look(Map<String, String> present) {
    var changed = new TreeSet<String>();
    present.forEach((name, stamp) -> {
      if (stamp.equals(former.get(name)) && !stamp.equals(taken.get(name))) {
        changed.add(name);
      }
    });
    var gone = new TreeSet<>(taken.keySet());
    gone.removeAll(present.keySet());
    gone.removeAll(former.keySet());
    taken.keySet().removeAll(gone);
    looks++;
    looked = looked || former.equals(present) || looks == MOST_LOOKS;
    former = Map.copyOf(present);
    return new Changes(changed, gone);
  }

  /** Whether everything that was there at first has been seen as it is, or changes on and on. */
  boolean settled() {
    return looked;
  }

  /** A drop was taken as it is. */
  void take(String name, String stamp) {
    taken.put(name, stamp);
  }

  /** A drop will be seen as changed, also if it is as before. */
  void forget(String name) {
    if (taken.containsKey(name)) {
      taken.put(name, "");
    }
  }
}
