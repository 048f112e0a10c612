package org.yimmo.wsgi.context.internal;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.yimmo.wsgi.application.Application;

/**
 * Which application answers for a host and a path: an exact host before a wildcard before any, the
 * longest path first, then the higher rank.
 *
 * <p><em>Thread:</em> immutable.
 *
 * @param mounts the mounted applications, best first
 */
record Routes(List<Mount> mounts) {
  /**
   * An application and where it is mounted.
   *
   * @param host a host in lower case, {@code *.domain}, or {@code ""} for any
   * @param path {@code ""} for the root, otherwise {@code /segment…} without a slash at the end
   * @param rank a higher one wins the same mount
   */
  record Mount(Application application, String name, String host, String path, int rank) {
    private static final Comparator<Mount> BEST_FIRST =
        Comparator.comparing((Mount mount) -> mount.host.isEmpty())
            .thenComparing(mount -> mount.host.startsWith("*."))
            .thenComparingInt(mount -> -mount.host.length())
            .thenComparingInt(mount -> -mount.path.length())
            .thenComparingInt(mount -> -mount.rank);

    boolean matches(String requestHost, String requestPath) {
      return matchesHost(requestHost) && matchesPath(requestPath);
    }

    private boolean matchesHost(String requestHost) {
      if (host.isEmpty()) {
        return true;
      }
      return host.startsWith("*.")
          ? requestHost.length() >= host.length() && requestHost.endsWith(host.substring(1))
          : requestHost.equals(host);
    }

    private boolean matchesPath(String requestPath) {
      return path.isEmpty()
          || requestPath.equals(path)
          || (requestPath.startsWith(path) && requestPath.charAt(path.length()) == '/');
    }
  }

  /** What was found. */
  sealed interface Match {}

  /**
   * An application.
   *
   * @param scriptName the path of its mount, {@code SCRIPT_NAME}
   * @param pathInfo the rest of the path, {@code PATH_INFO}
   */
  record Found(Application application, String name, String scriptName, String pathInfo)
      implements Match {
    /** The same with {@link Application#rehearsal}. */
    Found rehearsal() {
      return new Found(application.rehearsal(), name, scriptName, pathInfo);
    }
  }

  /** There are applications, but none for this host and path. */
  record NotFound() implements Match {}

  /** There is no application at all, not yet or not now. */
  record NoApplication() implements Match {}

  static Routes of(List<Mount> mounts) {
    return new Routes(mounts.stream().sorted(Mount.BEST_FIRST).toList());
  }

  /**
   * @param hostField the Host field of the request (RFC 9110 §7.2)
   * @param path the path, percent-decoded
   */
  Match find(Optional<String> hostField, String path) {
    var host = mounts.size() == 1 && mounts.getFirst().host.isEmpty() ? "" : host(hostField);
    for (var mount : mounts) {
      if (mount.matches(host, path)) {
        return new Found(
            mount.application, mount.name, mount.path, path.substring(mount.path.length()));
      }
    }
    return mounts.isEmpty() ? new NoApplication() : new NotFound();
  }

  /** The host without its port, in lower case (RFC 3986 §3.2.2: case does not matter). */
  private static String host(Optional<String> hostField) {
    var host = hostField.orElse("").toLowerCase(Locale.ROOT);
    var port = host.lastIndexOf(':');
    return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
  }
}
