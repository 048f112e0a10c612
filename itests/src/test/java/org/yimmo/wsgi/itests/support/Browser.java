package org.yimmo.wsgi.itests.support;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** A client that keeps cookies and finds the token in a form of Django. */
public final class Browser {
  private static final Pattern COOKIE = Pattern.compile("^([^=;]+)=([^;]*)");
  private static final Pattern TOKEN =
      Pattern.compile("name=\"csrfmiddlewaretoken\" value=\"(\\w+)\"");

  private final Supplier<Wire> connect;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private String token = "";

  public Browser(Supplier<Wire> connect) {
    this.connect = connect;
  }

  public Reply get(String target) {
    return exchange(Requests.get(target, "Cookie: " + cookieHeader()));
  }

  /** Sends a form together with the token that the last page had. */
  public Reply post(String target, String form) {
    return exchange(
        Requests.form(
            target, "csrfmiddlewaretoken=" + token + "&" + form, "Cookie: " + cookieHeader()));
  }

  private String cookieHeader() {
    return String.join(
        "; ", cookies.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  private Reply exchange(String request) {
    try (var wire = connect.get()) {
      var reply = wire.send(request).reply();
      for (var line : reply.all("Set-Cookie")) {
        var cookie = COOKIE.matcher(line);
        if (cookie.find()) {
          cookies.put(cookie.group(1), cookie.group(2));
        }
      }
      var found = TOKEN.matcher(reply.content());
      if (found.find()) {
        token = found.group(1);
      }
      return reply;
    }
  }
}
