package org.yimmo.wsgi.mod.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.application.StartResponse;

/** Records what it is told; keeps the rules of the interface. */
final class FakeStartResponse implements StartResponse {
  String status = "";
  List<Field> fields = List.of();
  final List<String> written = new ArrayList<>();
  boolean headSent;
  boolean clientGone;

  @Override
  public Write start(String newStatus, List<Field> newFields) {
    if (!status.isEmpty()) {
      throw new IllegalStateException("start_response() called a second time without exc_info");
    }
    return set(newStatus, newFields);
  }

  @Override
  public Write start(String newStatus, List<Field> newFields, Throwable error) throws Throwable {
    if (headSent) {
      throw error;
    }
    return set(newStatus, newFields);
  }

  private Write set(String newStatus, List<Field> newFields) {
    if (!newStatus.matches("[1-5]\\d\\d .*")) {
      throw new IllegalArgumentException("status " + newStatus + " is not valid");
    }
    status = newStatus;
    fields = List.copyOf(newFields);
    return this::write;
  }

  private void write(ByteBuffer chunk) throws IOException {
    if (clientGone) {
      throw new IOException("the client is gone");
    }
    headSent = true;
    written.add(ISO_8859_1.decode(chunk).toString());
  }
}
