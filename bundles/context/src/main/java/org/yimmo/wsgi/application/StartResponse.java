package org.yimmo.wsgi.application;

import java.nio.ByteBuffer;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How an application says status and fields.
 *
 * <p><em>Thread:</em> the worker thread that called the application, until its iterable is closed.
 *
 * <p>Source: PEP 3333, "The start_response() Callable".
 */
@ProviderType
public interface StartResponse {
  /**
   * Sets status and fields. They are sent with the first non-empty chunk, or at the end.
   *
   * @param status code and reason, such as {@code "200 OK"}
   * @return writes content at once; for applications that cannot return an iterable
   * @throws IllegalArgumentException status or fields are not valid; nothing was set
   * @throws IllegalStateException called before without an error in between
   */
  Write start(String status, List<Field> fields);

  /**
   * Replaces status and fields because of an error, if nothing was sent yet.
   *
   * @param error what the application was handling
   * @return as {@link #start(String, List)}
   * @throws Throwable {@code error} itself, when the head was already sent
   * @throws IllegalArgumentException status or fields are not valid; nothing was set
   */
  Write start(String status, List<Field> fields, Throwable error) throws Throwable;

  /** Writes content at once (PEP 3333, "The write() Callable"). */
  @ProviderType
  interface Write {
    /**
     * Sends {@code chunk}.
     *
     * <p><em>Blocks:</em> while the client is slow, inside {@link Application#whileWaiting}; ends
     * when it reads or is gone. <em>Owner:</em> the server; the caller must not write to the buffer
     * afterwards, unless it has {@link Application#LARGE_CHUNK_BYTES} or more.
     *
     * @throws java.io.IOException the client is gone
     * @throws IllegalArgumentException more content than Content-Length announced; what fits was
     *     sent
     */
    void write(ByteBuffer chunk) throws java.io.IOException;
  }
}
