package org.yimmo.wsgi.application;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The environment of one request.
 *
 * <p>Strings hold one Latin-1 character per octet (PEP 3333, "Unicode Issues"): a path in UTF-8 is
 * decoded by the application.
 *
 * <p><em>Thread:</em> the worker thread, until the iterable of the application is closed.
 *
 * <p>Source: PEP 3333, "environ Variables".
 */
@ProviderType
public interface Environ {
  /** The value of a CGI variable such as {@code PATH_INFO} or {@code HTTP_HOST}. */
  Optional<String> variable(String name);

  /**
   * Every CGI variable once. Values that are the same in many requests are often the same object.
   */
  void forEach(BiConsumer<? super String, ? super String> each);

  /** {@code wsgi.input}. */
  Input input();

  /** {@code wsgi.errors}: lines for the log. */
  PrintWriter errors();

  /** {@code wsgi.url_scheme}: {@code http} or {@code https}. */
  String urlScheme();

  /** {@code wsgi.multithread}: whether the application may be called by several threads. */
  boolean multithread();

  /** {@code wsgi.multiprocess}: whether other processes run the same application. */
  boolean multiprocess();
}
