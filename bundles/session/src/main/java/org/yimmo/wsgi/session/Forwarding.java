package org.yimmo.wsgi.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.yimmo.wsgi.exchange.Endpoints;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.Request;

/**
 * What the proxies before this server say about the client, in {@code Forwarded} (RFC 7239) or
 * {@code X-Forwarded-*}, put where an application looks for it. From other peers such fields are
 * taken away. docs/behind-a-proxy.md tells the rules.
 *
 * <p>One is of one connection: like the fields of its requests, what they say repeats itself.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
final class Forwarding {
  private static final String FORWARDED = "Forwarded";
  private static final String FOR = "X-Forwarded-For";
  private static final String PROTO = "X-Forwarded-Proto";
  private static final String HOST = "X-Forwarded-Host";
  private static final String PORT = "X-Forwarded-Port";
  private static final int SHORTEST_NAME = FORWARDED.length();
  private static final int MAX_PORT = 65535;

  private final Proxies proxies;
  private final Endpoints connection;
  private final boolean trusted;

  // what the last fields say
  private Fields seen = Fields.none();
  private Origin origin;

  /** The client's view of a request. */
  private record Origin(Endpoints endpoints, Fields fields) {}

  /** What one proxy says; what it does not say is empty. */
  record Hop(String client, String proto, String host, String port) {}

  Forwarding(Proxies proxies, Endpoints connection) {
    this.proxies = proxies;
    this.connection = connection;
    trusted = proxies.trust(connection.remoteAddress());
    origin = new Origin(connection, seen);
  }

  /** The request as it was when it reached the first proxy that is trusted. */
  @SuppressWarnings("ReferenceEquality") // the decoder gives repeated fields again
  Request applyTo(Request request) {
    var fields = request.fields();
    if (fields != seen) {
      origin = isForwarded(fields) ? origin(fields) : new Origin(connection, fields);
      seen = fields;
    }
    return origin.fields() == fields && origin.endpoints() == connection
        ? request
        : new Request(
            request.method(),
            request.target(),
            request.path(),
            request.query(),
            request.protocol(),
            origin.fields(),
            request.content(),
            origin.endpoints());
  }

  private static boolean isForwarded(Fields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (isForwarding(fields.name(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isForwarding(String name) {
    return name.length() >= SHORTEST_NAME
        && (name.equalsIgnoreCase(FORWARDED)
            || name.equalsIgnoreCase(FOR)
            || name.equalsIgnoreCase(PROTO)
            || name.equalsIgnoreCase(HOST)
            || name.equalsIgnoreCase(PORT));
  }

  private Origin origin(Fields fields) {
    if (!trusted) {
      return new Origin(connection, without(fields, true));
    }
    // A proxy that speaks one of the two passes on the other as it came from the client.
    var old = oldStyle(fields);
    return old.isEmpty()
        ? reported(ForwardedField.parse(list(fields, FORWARDED)), fields)
        : reported(old, without(fields, false));
  }

  /** The fields without those that nobody vouches for: all of them, or {@code Forwarded} only. */
  private static Fields without(Fields fields, boolean all) {
    var left = Fields.builder(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      var name = fields.name(i);
      if (!(all ? isForwarding(name) : name.equalsIgnoreCase(FORWARDED))) {
        left.add(name, fields.value(i));
      }
    }
    return left.build();
  }

  // --- what the proxies say

  /** The values of all fields of that name, as one list (RFC 9110 §5.3). */
  private static String list(Fields fields, String name) {
    var values = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equalsIgnoreCase(name)) {
        values.append(values.isEmpty() ? "" : ",").append(fields.value(i));
      }
    }
    return values.toString();
  }

  private static List<String> elements(Fields fields, String name) {
    var elements = new ArrayList<String>();
    for (var element : list(fields, name).split(",", -1)) {
      if (!element.isBlank()) {
        elements.add(element.strip());
      }
    }
    return elements;
  }

  private static List<Hop> oldStyle(Fields fields) {
    var clients = elements(fields, FOR);
    var protos = elements(fields, PROTO);
    var hosts = elements(fields, HOST);
    var ports = elements(fields, PORT);
    if (clients.isEmpty() && protos.isEmpty() && hosts.isEmpty() && ports.isEmpty()) {
      return List.of();
    }
    var hops = new ArrayList<Hop>();
    for (int i = 0; i < Math.max(clients.size(), 1); i++) {
      hops.add(
          new Hop(
              clients.isEmpty() ? "" : clients.get(i),
              ofHop(protos, i, clients.size()),
              ofHop(hosts, i, clients.size()),
              ofHop(ports, i, clients.size())));
    }
    return hops;
  }

  /** Either each proxy added an element, or the nearest one is to be believed. */
  private static String ofHop(List<String> elements, int hop, int hops) {
    return elements.isEmpty()
        ? ""
        : elements.size() == hops ? elements.get(hop) : elements.getLast();
  }

  // --- what follows

  /** The last hop was told by the peer; what a trusted client of one told is the hop before. */
  private Origin reported(List<Hop> hops, Fields fields) {
    if (hops.isEmpty()) {
      return new Origin(connection, without(fields, false));
    }
    var client = Optional.<Node>empty();
    var at = hops.size();
    do {
      at--;
      var node = Node.parse(hops.get(at).client());
      if (node.isEmpty()) {
        break; // unknown or hidden: who reported it is the last one that is known
      }
      client = node;
    } while (at > 0 && proxies.trust(client.orElseThrow().address()));
    return origin(client, hops.get(at), fields);
  }

  private Origin origin(Optional<Node> client, Hop hop, Fields fields) {
    var secure =
        switch (hop.proto().toLowerCase(Locale.ROOT)) {
          case "https", "wss" -> true;
          case "http", "ws" -> false;
          default -> connection.secure();
        };
    var host = Grammar.isHost(hop.host()) ? hop.host() : "";
    var port = port(hop.port());
    var authority =
        authority(host.isEmpty() ? fields.first("Host").orElse("") : host, port, secure);
    var endpoints =
        new Endpoints(
            client.map(Node::address).orElse(connection.remoteAddress()),
            client.map(Node::port).orElse(connection.remotePort()),
            host.isEmpty() ? connection.localAddress() : name(host),
            port > 0
                ? port
                : host.isEmpty()
                    ? connection.localPort()
                    : portOf(host).orElse(defaultPort(secure)),
            secure,
            connection.tls());
    return new Origin(
        endpoints, host.isEmpty() && port == 0 ? fields : FieldSection.withHost(fields, authority));
  }

  /** The host with that port, which is left out where it is the one of the scheme. */
  private static String authority(String host, int port, boolean secure) {
    return port == 0 ? host : port == defaultPort(secure) ? name(host) : name(host) + ":" + port;
  }

  private static int defaultPort(boolean secure) {
    return secure ? 443 : 80;
  }

  /** A host without its port. */
  private static String name(String host) {
    var colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }

  private static Optional<Integer> portOf(String host) {
    var port = port(host.substring(name(host).length()).replace(":", ""));
    return port == 0 ? Optional.empty() : Optional.of(port);
  }

  /** 0: there is none. */
  private static int port(String digits) {
    if (!digits.matches("\\d{1,5}")) {
      return 0;
    }
    var port = Integer.parseInt(digits);
    return port > MAX_PORT ? 0 : port;
  }

  /** An address, and a port or 0. */
  private record Node(String address, int port) {
    /**
     * RFC 7239 §6; an IPv6 address may also come without brackets, as in {@code X-Forwarded-For}.
     */
    static Optional<Node> parse(String text) {
      if (Proxies.address(text).isPresent()) {
        return Optional.of(new Node(text.toLowerCase(Locale.ROOT), 0));
      }
      var isLiteral = text.startsWith("[");
      var address = isLiteral ? name(text).replaceAll("^\\[|]$", "") : name(text);
      var rest = text.substring(name(text).length());
      var isNode =
          Proxies.address(address).isPresent()
              && isLiteral == address.contains(":")
              && (rest.isEmpty() || rest.matches(":(\\d{1,5}|_[\\w.-]+)"));
      return isNode
          ? Optional.of(
              new Node(address.toLowerCase(Locale.ROOT), Forwarding.port(rest.replace(":", ""))))
          : Optional.empty();
    }
  }
}
