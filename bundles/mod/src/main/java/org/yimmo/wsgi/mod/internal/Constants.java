package org.yimmo.wsgi.mod.internal;

import java.util.Optional;

/**
 * What Java makes of the constants that an application passes again and again, such as {@code '200
 * OK'}: made once.
 *
 * <p>An object that is kept here is immutable, and since a reference to it is held, no other one
 * can be at its address.
 *
 * <p><em>Thread:</em> those that hold the GIL.
 *
 * @param <T> what is made
 */
final class Constants<T> {
  private static final int SLOTS = 256; // a power of two
  private static final int ALIGNMENT_BITS = 4; // of Python objects

  private final Python py;
  private final long[] addresses = new long[SLOTS];
  private final Object[] values = new Object[SLOTS];

  Constants(Python py) {
    this.py = py;
  }

  /** What was made of an object. */
  @SuppressWarnings("unchecked") // only keep writes values
  Optional<T> find(long object) {
    var slot = slot(object);
    return addresses[slot] == object ? Optional.of((T) values[slot]) : Optional.empty();
  }

  /**
   * Keeps what was made of an object, which is immutable, unless the one reference to it is that of
   * who passes it: such an object was just made and will not come again.
   */
  void keep(long object, T value) {
    if (py.references(object) == 1) {
      return;
    }
    var slot = slot(object);
    var replaced = addresses[slot];
    py.c().Py_IncRef(object);
    addresses[slot] = object;
    values[slot] = value;
    if (replaced != 0) {
      py.c().Py_DecRef(replaced); // a str or a tuple of such: no code of the application runs
    }
  }

  private static int slot(long object) {
    var bits = object >>> ALIGNMENT_BITS;
    return (int) (bits ^ bits >>> 8 ^ bits >>> 16) & SLOTS - 1;
  }
}
