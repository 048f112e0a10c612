package org.yimmo.wsgi.context.internal;

import java.util.List;
import org.yimmo.wsgi.application.Field;
import org.yimmo.wsgi.exchange.Fields;
import org.yimmo.wsgi.exchange.ResponseHead;

/**
 * The heads of responses that applications start again and again: checked once, and with the same
 * {@link Fields} object each time, so that whoever derives something from it can keep that.
 *
 * <p>The length of the content may differ: it is no part of a head's fields.
 *
 * <p><em>Thread:</em> any.
 */
final class ResponseHeads {
  private static final int SLOTS = 64; // a power of two

  // Workers read and write without a lock: what is there is immutable, and at worst made again.
  private final Known[] known = new Known[SLOTS];

  private record Known(String status, ResponseHead head) {}

  /**
   * Status and fields as the application gave them, as a head.
   *
   * @throws IllegalArgumentException as {@link ResponseRules#head}
   */
  ResponseHead head(String status, List<Field> fields) {
    var slot = slot(status, fields);
    var candidate = known[slot];
    if (candidate == null || !candidate.status.equals(status)) {
      return keep(slot, status, fields);
    }
    var head = candidate.head;
    var same = 0; // fields
    var contentLength = ResponseHead.UNKNOWN_LENGTH;
    for (var i = 0; i < fields.size(); i++) {
      var field = fields.get(i);
      if (ResponseRules.isContentLength(field.name())) {
        contentLength = ResponseRules.contentLength(field.value(), contentLength);
      } else if (same < head.fields().size()
          && head.fields().name(same).equals(field.name())
          && head.fields().value(same).equals(field.value())) {
        same++;
      } else {
        return keep(slot, status, fields);
      }
    }
    if (same < head.fields().size()) {
      return keep(slot, status, fields);
    }
    return contentLength == head.contentLength()
        ? head
        : new ResponseHead(head.status(), head.reason(), head.fields(), contentLength);
  }

  private ResponseHead keep(int slot, String status, List<Field> fields) {
    var head = ResponseRules.head(status, fields);
    known[slot] = new Known(status, head);
    return head;
  }

  private static int slot(String status, List<Field> fields) {
    var hash = status.hashCode();
    for (var i = 0; i < fields.size(); i++) {
      var field = fields.get(i);
      if (!ResponseRules.isContentLength(field.name())) {
        hash = 31 * hash + field.value().hashCode();
      }
    }
    return (hash ^ hash >>> 6 ^ hash >>> 16) & SLOTS - 1;
  }
}
