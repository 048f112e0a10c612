package org.yimmo.wsgi.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.yimmo.wsgi.exchange.Exchange;
import org.yimmo.wsgi.exchange.ExchangeQueues;
import org.yimmo.wsgi.exchange.ResponsePart;

/**
 * The workers that take exchanges, and which one a session's next exchange goes to.
 *
 * <p>A worker that is at the same exchange at two {@link #look looks} is slow: others are preferred
 * to it, and what waits for it goes to them (docs/decisions/0014-slow-exchanges.md).
 *
 * <p><em>Thread:</em> the I/O thread.
 */
@ProviderType
public final class Workers {
  /** As busy as a worker that is overdue looks: more than any queue has room for. */
  private static final int OVERDUE = Integer.MAX_VALUE / 2;

  /** As busy as a worker that is slow looks. */
  private static final int SLOW = OVERDUE / 2;

  private final List<Place> places = new ArrayList<>();
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(0);
  private int turn; // spreads sessions over equally busy workers

  /** A worker, and what was seen of it at the last look. */
  private static final class Place {
    private final ExchangeQueues queues;
    private long taken = -1; // exchanges until then; -1: it was at none
    private boolean slow; // it was at the same exchange at the look before

    Place(ExchangeQueues queues) {
      this.queues = queues;
    }

    void look() {
      var now = queues.serving().isPresent() ? queues.taken() : -1;
      slow = now != -1 && now == taken;
      taken = now;
    }

    boolean isSlow() {
      return slow && queues.unanswered() > 0 && queues.taken() == taken;
    }

    int load() {
      return queues.unanswered() + (queues.overdue() ? OVERDUE : isSlow() ? SLOW : 0);
    }
  }

  public void add(ExchangeQueues queues) {
    if (!accept(queues)) {
      places.add(new Place(queues));
      offerWaiting();
    }
  }

  /** Nothing is offered to {@code queues} any more when this returns. */
  public void remove(ExchangeQueues queues) {
    places.removeIf(place -> place.queues == queues);
  }

  public boolean isEmpty() {
    return places.isEmpty();
  }

  /** Nobody took what was offered: {@code again} is called when somebody may. */
  void await(Runnable again) {
    waiting.add(again);
  }

  /** To be called when a worker has ended exchanges: it has room again. */
  public void offerWaiting() {
    for (int left = waiting.size(); left > 0; left--) {
      waiting.remove().run();
    }
  }

  boolean accept(ExchangeQueues queues) {
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).queues == queues) {
        return true;
      }
    }
    return false;
  }

  /**
   * Offers the exchange of a session that has no other in flight: to the worker of its last one
   * when that is idle, so that a lone connection stays on one thread; otherwise to the least busy.
   * One that is slow gets it when all others are, too, or have no room; one that is overdue only
   * when no other has room: nobody knows when it goes on.
   *
   * @param last the worker of the session's last exchange, or null
   * @return who took it; null: nobody
   */
  ExchangeQueues offer(Exchange exchange, ExchangeQueues last) {
    if (last != null && last.unanswered() == 0 && !last.overdue() && accept(last)) {
      if (last.offer(exchange)) {
        return last;
      }
    }
    var chosen = leastBusy();
    if (chosen == null || chosen.queues.offer(exchange)) {
      return chosen == null ? null : chosen.queues;
    }
    var other = offerToOther(exchange, chosen.queues, false);
    return other == null ? offerToOther(exchange, chosen.queues, true) : other;
  }

  private ExchangeQueues offerToOther(Exchange exchange, ExchangeQueues full, boolean overdue) {
    for (var place : places) {
      var other = place.queues;
      if (other != full && other.overdue() == overdue && other.offer(exchange)) {
        return other;
      }
    }
    return null;
  }

  /** Null: there is none. */
  private Place leastBusy() {
    Place least = null;
    var leastLoad = Integer.MAX_VALUE;
    var size = places.size();
    turn++;
    for (int i = 0; i < size; i++) {
      var candidate = places.get(Math.floorMod(turn + i, size));
      var load = candidate.load();
      if (load < leastLoad) {
        least = candidate;
        leastLoad = load;
      }
    }
    return least;
  }

  /**
   * Looks at what the workers are at; to be called about each millisecond as long as exchanges wait
   * for one of them.
   */
  public void look() {
    for (int i = 0; i < places.size(); i++) {
      places.get(i).look();
    }
    for (int i = 0; i < places.size(); i++) {
      var place = places.get(i);
      if (place.isSlow() && place.queues.unanswered() > 1) {
        relieve(place);
      }
    }
  }

  /**
   * What may not move, or would have more before it elsewhere, goes back to its place in line: so
   * nobody is overtaken without end where each worker is slow in turn.
   */
  private void relieve(Place slow) {
    if (leastBusy().load() >= SLOW) {
      return; // the others are no better off
    }
    var waiting = new ArrayDeque<Exchange>();
    for (var last = slow.queues.takeBack(); last.isPresent(); last = slow.queues.takeBack()) {
      waiting.addFirst(last.get());
    }
    for (var exchange : waiting) {
      var quick = leastBusy();
      if (exchange.receiver() instanceof Movable movable
          && quick.load() <= slow.queues.unanswered()
          && movable.mayMove()
          && quick.queues.offer(exchange)) {
        movable.movedTo(quick.queues);
      } else if (!slow.queues.offer(exchange)) { // it has just been closed
        exchange.receiver().receive(new ResponsePart.Refused(exchange));
      }
    }
  }
}
