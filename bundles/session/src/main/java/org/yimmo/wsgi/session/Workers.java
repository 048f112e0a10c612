package org.yimmo.wsgi.session;

import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;

/**
 * The workers that take exchanges, and which one a session's next exchange goes to.
 *
 * <p><em>Thread:</em> the I/O thread.
 */
@ProviderType
public final class Workers {
  /** As busy as a worker that is overdue looks: more than any queue has room for. */
  private static final int OVERDUE = Integer.MAX_VALUE / 2;

  private final List<ExchangeQueues> accepting = new ArrayList<>();
  private int turn; // spreads sessions over equally busy workers

  public void add(ExchangeQueues queues) {
    if (!accepting.contains(queues)) {
      accepting.add(queues);
    }
  }

  /** Nothing is offered to {@code queues} any more when this returns. */
  public void remove(ExchangeQueues queues) {
    accepting.remove(queues);
  }

  public boolean isEmpty() {
    return accepting.isEmpty();
  }

  boolean accept(ExchangeQueues queues) {
    return accepting.contains(queues);
  }

  /**
   * Offers the exchange of a session that has no other in flight: to the worker of its last one
   * when that is idle, so that a lone connection stays on one thread; otherwise to the least busy.
   * One that is overdue gets it only when no other has room: nobody knows when it goes on.
   *
   * @param last the worker of the session's last exchange, or null
   * @return who took it; null: nobody
   */
  ExchangeQueues offer(Exchange exchange, ExchangeQueues last) {
    var chosen = choose(last);
    if (chosen == null || chosen.offer(exchange)) {
      return chosen;
    }
    var other = offerToOther(exchange, chosen, false);
    return other == null ? offerToOther(exchange, chosen, true) : other;
  }

  private ExchangeQueues offerToOther(Exchange exchange, ExchangeQueues full, boolean overdue) {
    for (var other : accepting) {
      if (other != full && other.overdue() == overdue && other.offer(exchange)) {
        return other;
      }
    }
    return null;
  }

  private ExchangeQueues choose(ExchangeQueues last) {
    if (last != null && last.unanswered() == 0 && !last.overdue() && accept(last)) {
      return last;
    }
    ExchangeQueues least = null;
    var leastUnanswered = Integer.MAX_VALUE;
    var size = accepting.size();
    turn++;
    for (int i = 0; i < size; i++) {
      var candidate = accepting.get(Math.floorMod(turn + i, size));
      var unanswered = candidate.unanswered() + (candidate.overdue() ? OVERDUE : 0);
      if (unanswered < leastUnanswered) {
        least = candidate;
        leastUnanswered = unanswered;
      }
    }
    return least;
  }
}
