package org.yimmo.wsgi.context.internal;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.yimmo.wsgi.application.Application;

/**
 * Which application answers for a host and a path: an exact host before a wildcard before any, the
 * longest path first, then the higher rank, then who came first.
 *
 * <p><em>Thread:</em> immutable.
 *
 * @param mounts the mounts, best first
 */
record Routes(List<Mount> mounts) {
  /**
   * Where an application is mounted.
   *
   * @param host a host in lower case, {@code *.domain}, or {@code ""} for any
   * @param path {@code ""} for the root, otherwise {@code /segment…} without a slash at the end
   */
  record Place(String host, String path) {
    /** The place that names stand for, as people write them. */
    static Place of(String host, String path) {
      var end = path.length();
      while (end > 0 && path.charAt(end - 1) == '/') {
        end--;
      }
      var stem = path.substring(0, end);
      return new Place(
          host.toLowerCase(Locale.ROOT),
          stem.isEmpty() || stem.startsWith("/") ? stem : "/" + stem);
    }

    /** A host before a wildcard before any; then the longer one. Negative: this one is first. */
    int order(Place other) {
      var order = Boolean.compare(host.isEmpty(), other.host.isEmpty());
      if (order == 0) {
        order = Boolean.compare(host.startsWith("*."), other.host.startsWith("*."));
      }
      if (order == 0) {
        order = Integer.compare(other.host.length(), host.length());
      }
      return order == 0 ? Integer.compare(other.path.length(), path.length()) : order;
    }

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

  /** What there is at a place. */
  sealed interface Mount {
    Place place();

    int rank();

    /** The {@code service.id} of what is mounted. */
    long service();

    /**
     * At the same place an application serves before one is awaited, and the better one before
     * others. Negative: this one is first.
     */
    default int order(Mount other) {
      var order = place().order(other.place());
      if (order == 0) {
        order = Boolean.compare(other instanceof Serving, this instanceof Serving);
      }
      if (order == 0) {
        order = Integer.compare(other.rank(), rank());
      }
      return order == 0 ? Long.compare(service(), other.service()) : order;
    }
  }

  /**
   * An application.
   *
   * @param visits the requests in it
   * @param rank a higher one wins the same place
   */
  record Serving(
      Application application, String name, Visits visits, Place place, int rank, long service)
      implements Mount {}

  /** An application is about to come, or to come back: somebody says so. */
  record Awaited(Place place, long service) implements Mount {
    @Override
    public int rank() {
      return 0;
    }
  }

  /** An application that should be there, and cannot be loaded. */
  record Failed(String name, Place place, long service) implements Mount {
    @Override
    public int rank() {
      return 0;
    }
  }

  /** What was found. */
  sealed interface Match {}

  /**
   * An application.
   *
   * @param visits the requests in it
   * @param scriptName the path of its mount, {@code SCRIPT_NAME}
   * @param pathInfo the rest of the path, {@code PATH_INFO}
   */
  record Found(
      Application application, String name, Visits visits, String scriptName, String pathInfo)
      implements Match {
    /** The same with {@link Application#rehearsal}. */
    Found rehearsal() {
      return new Found(application.rehearsal(), name, visits, scriptName, pathInfo);
    }
  }

  /** There are applications, but none for this host and path. */
  record NotFound() implements Match {}

  /** An application is awaited there, or has failed. */
  record NotReady() implements Match {}

  /** There is no application at all, not yet or not now. */
  record Nothing() implements Match {}

  static Routes of(Collection<Mount> mounts) {
    return new Routes(mounts.stream().sorted(Mount::order).toList());
  }

  /**
   * @param hostField the Host field of the request (RFC 9110 §7.2)
   * @param path the path, percent-decoded
   */
  Match find(Optional<String> hostField, String path) {
    var host =
        mounts.size() == 1 && mounts.getFirst().place().host.isEmpty() ? "" : host(hostField);
    for (var mount : mounts) {
      if (mount.place().matches(host, path)) {
        return found(mount, path);
      }
    }
    return mounts.isEmpty() ? new Nothing() : new NotFound();
  }

  private static Match found(Mount mount, String path) {
    return switch (mount) {
      case Serving(var application, var name, var visits, var place, _, _) ->
          new Found(application, name, visits, place.path, path.substring(place.path.length()));
      case Awaited _, Failed _ -> new NotReady();
    };
  }

  /** The host without its port, in lower case (RFC 3986 §3.2.2: case does not matter). */
  private static String host(Optional<String> hostField) {
    var host = hostField.orElse("").toLowerCase(Locale.ROOT);
    var port = host.lastIndexOf(':');
    return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
  }
}
