package org.yimmo.wsgi.deploy.internal.release;

import java.util.Locale;

/**
 * Where an application is mounted.
 *
 * @param host a host, {@code *.domain}, or empty for any
 * @param path {@code /}, or segments without a slash at the end
 */
public record Place(String host, String path) {
  /** The place that names stand for, as people write them. */
  public static Place of(String host, String path) {
    var stem = path.replaceAll("/+$", "");
    return new Place(host.toLowerCase(Locale.ROOT), stem.isEmpty() ? "/" : stem);
  }

  /** What {@link #toString} has written. */
  public static Place parse(String text) {
    var slash = Math.max(0, text.indexOf('/'));
    return of(text.substring(0, slash), text.substring(slash));
  }

  @Override
  public String toString() {
    return host.isEmpty() ? path : host + path;
  }
}
