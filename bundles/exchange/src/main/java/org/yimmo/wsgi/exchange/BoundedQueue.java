package org.yimmo.wsgi.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded first-in-first-out queue for one producer thread and one consumer thread.
 *
 * <p>A slot is empty when it holds null, so the two threads share nothing but the slots. The
 * producer may take back what it has appended last: who empties the slot has the element.
 */
final class BoundedQueue<T> {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

  private final Object[] slots;
  private final int mask;
  private int head; // consumer only
  private int tail; // producer only

  /**
   * @param capacity at least this many elements fit; rounded up to a power of two
   */
  BoundedQueue(int capacity) {
    if (capacity < 1 || capacity > 1 << 24) {
      throw new IllegalArgumentException("queue capacity " + capacity + " not in 1..16777216");
    }
    var size = capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1;
    slots = new Object[size];
    mask = size - 1;
  }

  // --- producer thread

  /** Appends the element; {@code false}: the queue is full and the element was not taken. */
  boolean offer(T element) {
    var slot = tail & mask;
    if (SLOT.getAcquire(slots, slot) != null) {
      return false;
    }
    SLOT.setRelease(slots, slot, element);
    tail++;
    return true;
  }

  /** Removes the newest element; null: the consumer has it, or there is none. */
  @SuppressWarnings("unchecked") // only offer writes elements
  T takeBack() {
    var slot = (tail - 1) & mask;
    var element = (T) SLOT.getAndSet(slots, slot, null);
    if (element != null) {
      tail--;
    }
    return element;
  }

  // --- consumer thread

  /** Removes the oldest element; null: the queue is empty. */
  @SuppressWarnings("unchecked") // only offer writes elements
  T poll() {
    var slot = head & mask;
    if (SLOT.getAcquire(slots, slot) == null) {
      return null;
    }
    var element = (T) SLOT.getAndSet(slots, slot, null); // the producer may take it back just now
    if (element != null) {
      head++;
    }
    return element;
  }

  boolean isEmpty() {
    return SLOT.getAcquire(slots, head & mask) == null;
  }
}
