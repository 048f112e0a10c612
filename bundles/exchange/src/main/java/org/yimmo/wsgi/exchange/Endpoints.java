package org.yimmo.wsgi.exchange;

/**
 * The two ends of a connection, as the server sees them.
 *
 * @param remoteAddress the client's address in digits, or {@code ""} on a unix socket
 * @param remotePort the client's port, or 0 on a unix socket
 * @param localAddress the address that was connected to, or the path of a unix socket
 * @param localPort the port that was connected to, or 0 on a unix socket
 * @param secure whether TLS protects the connection
 * @param tls what the environ says about TLS, by the names of mod_ssl such as {@code SSL_PROTOCOL};
 *     empty unless this server itself is an end of it
 */
public record Endpoints(
    String remoteAddress,
    int remotePort,
    String localAddress,
    int localPort,
    boolean secure,
    Fields tls) {
  private static final Endpoints OF_REHEARSAL =
      new Endpoints("127.0.0.1", 0, "127.0.0.1", 0, false);

  /** Those of a connection whose TLS, if any, is not known. */
  public Endpoints(
      String remoteAddress, int remotePort, String localAddress, int localPort, boolean secure) {
    this(remoteAddress, remotePort, localAddress, localPort, secure, Fields.none());
  }

  /** The same ends under TLS. */
  public Endpoints under(Fields variables) {
    return new Endpoints(remoteAddress, remotePort, localAddress, localPort, true, variables);
  }

  /** Of requests that the server sends to itself to get warm: no application is to see them. */
  public static Endpoints ofRehearsal() {
    return OF_REHEARSAL;
  }

  /** Whether these are {@link #ofRehearsal}, and not only equal to them. */
  @SuppressWarnings("ReferenceEquality")
  public boolean rehearsing() {
    return this == OF_REHEARSAL;
  }
}
