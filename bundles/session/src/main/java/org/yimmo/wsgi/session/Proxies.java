package org.yimmo.wsgi.session;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The peers that are believed what they say about the clients behind them. The peer on a unix
 * socket always is: the permissions of the socket file say who it can be.
 *
 * <p><em>Thread:</em> immutable.
 */
@ProviderType
public final class Proxies {
  private static final Pattern IPV4 =
      Pattern.compile("(?:0|[1-9]\\d{0,2})(?:\\.(?:0|[1-9]\\d{0,2})){3}");
  private static final int LONGEST_ADDRESS = 45;

  private final boolean all;
  private final List<Network> networks;

  private Proxies(boolean all, List<Network> networks) {
    this.all = all;
    this.networks = networks;
  }

  /** Addresses whose first bits are these. */
  private record Network(InetAddress address, int bits) {
    boolean contains(InetAddress other) {
      var ours = address.getAddress();
      var theirs = other.getAddress();
      if (ours.length != theirs.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        var mask = 0x80 >> bit % 8;
        if ((ours[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /** Nobody but the peers on unix sockets. */
  public static Proxies none() {
    return new Proxies(false, List.of());
  }

  /**
   * Those with these addresses.
   *
   * @param texts addresses, networks such as {@code 10.0.0.0/8}, or {@code *} for every peer
   * @throws IllegalArgumentException one of them is something else
   */
  public static Proxies of(List<String> texts) {
    var networks = new ArrayList<Network>();
    for (var text : texts) {
      if (!text.equals("*")) {
        networks.add(network(text));
      }
    }
    return new Proxies(texts.contains("*"), List.copyOf(networks));
  }

  private static Network network(String text) {
    var slash = text.indexOf('/');
    var literal = slash < 0 ? text : text.substring(0, slash);
    var address = address(literal).orElseThrow(() -> noNetwork(text));
    var longest = 8 * address.getAddress().length;
    var bits = slash < 0 ? longest : bits(text.substring(slash + 1));
    if (bits < 0 || bits > longest) {
      throw noNetwork(text);
    }
    return new Network(address, bits);
  }

  private static int bits(String digits) {
    return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
  }

  private static IllegalArgumentException noNetwork(String text) {
    return new IllegalArgumentException(text + " is no address, and no network such as 10.0.0.0/8");
  }

  /** An address in digits; names are never looked up. */
  static Optional<InetAddress> address(String text) {
    try {
      if (IPV4.matcher(text).matches()) {
        return Optional.of(Inet4Address.ofLiteral(text));
      }
      var isIpv6 =
          text.length() <= LONGEST_ADDRESS && text.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
      return isIpv6 ? Optional.of(Inet6Address.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * Whether the peer is one of them.
   *
   * @param address in digits; empty: the peer on a unix socket
   */
  public boolean trust(String address) {
    return all || address.isEmpty() || address(address).filter(this::contain).isPresent();
  }

  private boolean contain(InetAddress address) {
    for (var network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
