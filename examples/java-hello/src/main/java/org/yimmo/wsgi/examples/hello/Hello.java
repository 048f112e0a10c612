package org.yimmo.wsgi.examples.hello;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.yimmo.wsgi.application.Application;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.StartResponse;

/** Greets whom the rest of the path, or the content of the request, names. */
@Component(
    property = {
      Application.NAME + "=hello",
      Application.PATH + "=/hello",
      Application.VERSION + "=1.0"
    })
public final class Hello implements Application {
  @Override
  public Iterable<ByteBuffer> call(Environ environ, StartResponse startResponse)
      throws IOException {
    var greeting = "Hello, " + name(environ) + "!\n";
    startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain; charset=utf-8")));
    return List.of(ByteBuffer.wrap(greeting.getBytes(UTF_8)));
  }

  private static String name(Environ environ) throws IOException {
    var content = environ.input().readAllBytes();
    if (content.length > 0) {
      return new String(content, UTF_8);
    }
    var path = environ.variable("PATH_INFO").orElse("");
    // One Latin-1 character per octet (PEP 3333, "Unicode Issues"); browsers send UTF-8.
    return path.length() > 1 ? new String(path.substring(1).getBytes(ISO_8859_1), UTF_8) : "world";
  }
}
