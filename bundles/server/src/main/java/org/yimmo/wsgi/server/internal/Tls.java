package org.yimmo.wsgi.server.internal;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * TLS 1.2 and 1.3 from PEM files, which are read again when they change. Connections keep what they
 * began with; the next ones get what is current.
 */
final class Tls implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Tls.class.getName());

  static {
    // The JDK reads it once: a client that renegotiates costs the server more than itself.
    if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
      System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }
  }

  private static final Duration LOOK = Duration.ofSeconds(2);

  /**
   * Where everything is.
   *
   * @param certificates chains, the server's own certificate first in each
   * @param keys their private keys, PKCS #8, in the same order
   * @param password a file with the password of encrypted keys on its first line
   * @param authorities who issues certificates of clients
   * @param clients whether these show one
   * @param ciphers as {@link CipherNames#parse} reads them; empty: the default
   * @param http2 whether clients may speak HTTP/2
   * @param provider who does it
   */
  record Source(
      List<Path> certificates,
      List<Path> keys,
      Optional<Path> password,
      Optional<Path> authorities,
      ClientAuth clients,
      String ciphers,
      boolean http2,
      TlsProvider provider) {

    /** One pair, and clients show nothing. */
    static Source of(Path certificate, Path key) {
      return new Source(
          List.of(certificate),
          List.of(key),
          Optional.empty(),
          Optional.empty(),
          ClientAuth.NONE,
          "",
          true,
          TlsProvider.AUTO);
    }

    Source by(TlsProvider other) {
      return new Source(certificates, keys, password, authorities, clients, ciphers, http2, other);
    }

    private List<Path> files() {
      var files = new ArrayList<>(certificates);
      files.addAll(keys);
      password.ifPresent(files::add);
      authorities.ifPresent(files::add);
      return files;
    }
  }

  private final Source source;
  private final ScheduledExecutorService watch;
  private SslContext context; // guarded by this: the watch writes it, the I/O thread reads it

  // the watch
  private String provider = ""; // that was told last
  private String loaded; // how the files looked when they were read last
  private String seen; // at the last look

  /**
   * Reads the files.
   *
   * <p><em>Owner:</em> the caller closes it.
   *
   * @throws StartFailure a file cannot be read or is not what it should be
   */
  Tls(Source source) throws StartFailure {
    this(source, LOOK);
  }

  Tls(Source source, Duration look) throws StartFailure {
    this.source = source;
    loaded = looks();
    seen = loaded;
    context = read();
    watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("yimmo-certificates").daemon().factory());
    var _ =
        watch.scheduleWithFixedDelay(
            this::look, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * For the next connection. <em>Thread:</em> any. <em>Owner:</em> the pipeline that it is added
   * to.
   */
  synchronized SslHandler newHandler(ByteBufAllocator allocator) {
    return context.newHandler(allocator);
  }

  /** What OpenSSL has of the one before lives on until the last connection with it has ended. */
  private synchronized void use(SslContext next) {
    ReferenceCountUtil.release(context);
    context = next;
  }

  /** Reads the files again, soon. <em>Thread:</em> any. */
  void reload() {
    watch.execute(this::readAgain);
  }

  /** Ends the watch. No handler can be had after this. */
  @Override
  public void close() {
    watch.close();
    ReferenceCountUtil.release(context);
  }

  /** Files that have changed are read when they look the same twice: all of them are there then. */
  private void look() {
    var now = looks();
    if (now.equals(seen) && !now.equals(loaded)) {
      readAgain();
    }
    seen = now;
  }

  private void readAgain() {
    loaded = looks();
    try {
      use(read());
      LOGGER.log(
          System.Logger.Level.INFO, "new connections get the certificates that were read again");
    } catch (StartFailure e) {
      LOGGER.log(
          System.Logger.Level.ERROR, "the certificates stay as they are: {0}", e.getMessage());
    }
  }

  private String looks() {
    var looks = new StringBuilder();
    for (var file : source.files()) {
      try {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        looks
            .append(attributes.fileKey())
            .append(' ')
            .append(attributes.size())
            .append(' ')
            .append(attributes.lastModifiedTime());
      } catch (IOException _) {
        looks.append("missing");
      }
      looks.append('\n');
    }
    return looks.toString();
  }

  private SslContext read() throws StartFailure {
    var password = password();
    var identities = new ArrayList<Identity>();
    for (var i = 0; i < source.certificates().size(); i++) {
      identities.add(Identity.read(source.certificates().get(i), source.keys().get(i), password));
    }
    var authorities = authorities();
    var ciphers = ciphers();
    var choice = source.provider().choose(identities, authorities, ciphers);
    tell(choice.name());
    try {
      var builder =
          SslContextBuilder.forServer(
                  new OpenSslCachingX509KeyManagerFactory(
                      new KeyManagerFactoryWrapper(new Identities(identities))))
              .sslProvider(choice.provider())
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(ciphers)
              .applicationProtocolConfig(alpn())
              .clientAuth(source.clients());
      if (!authorities.isEmpty()) {
        builder.trustManager(authorities.toArray(X509Certificate[]::new));
      }
      var built = builder.build();
      if (built.sessionContext() instanceof OpenSslSessionContext sessions) {
        sessions.setTicketKeys(); // its own, or TLS 1.2 would keep the sessions here
      }
      return built;
    } catch (SSLException | IllegalArgumentException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION, "cannot prepare TLS: " + e.getMessage(), e);
    }
  }

  private void tell(String name) {
    if (!name.equals(provider)) {
      LOGGER.log(System.Logger.Level.INFO, "TLS is done by {0}", name);
      provider = name;
    }
  }

  /** Who offers neither gets HTTP/1.1 (RFC 7301). */
  private ApplicationProtocolConfig alpn() {
    var http1 = ApplicationProtocolNames.HTTP_1_1;
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        source.http2() ? List.of(ApplicationProtocolNames.HTTP_2, http1) : List.of(http1));
  }

  private Optional<char[]> password() throws StartFailure {
    if (source.password().isEmpty()) {
      return Optional.empty();
    }
    var text = Identity.text("tls.key.password", source.password().get());
    return Optional.of(text.lines().findFirst().orElse("").toCharArray());
  }

  private List<X509Certificate> authorities() throws StartFailure {
    return source.authorities().isEmpty()
        ? List.of()
        : Identity.certificates("tls.ca.certs", source.authorities().get());
  }

  private List<String> ciphers() throws StartFailure {
    if (source.ciphers().isEmpty()) {
      return CipherNames.DEFAULT;
    }
    try {
      var supported = SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites();
      return CipherNames.parse(source.ciphers(), Set.of(supported));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("a JDK without TLS", e);
    }
  }
}
