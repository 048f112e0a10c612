package org.yimmo.wsgi.proc.internal.manage;

import static java.util.stream.Collectors.toMap;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the workers that serve say of the applications that are deployed (docs/wiring.md). */
final class WorkerApplications {
  private WorkerApplications() {}

  /**
   * @param mounts where applications are mounted, as a worker said
   */
  static Map<String, Map<String, String>> of(State state, Map<String, String> mounts) {
    var serving = state.workers().values().stream().filter(WorkerState::serving).toList();
    var failures = new LinkedHashMap<String, String>();
    state
        .refused()
        .forEach((name, why) ->
            failures.put(name, "a new worker cannot load it; others serve it still\n" + why));
    for (var worker : serving) {
      worker
          .lacking()
          .forEach((name, why) ->
              failures.put(
                  name, "worker %d serves without it\n%s".formatted(worker.number(), why)));
    }
    var absent =
        failures.entrySet().stream()
            .filter(failure ->
                serving.stream().allMatch(worker -> worker.lacking().containsKey(failure.getKey())))
            .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    return Map.of("failures", failures, "absent", absent, "mounts", mounts);
  }
}
