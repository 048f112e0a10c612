package org.yimmo.wsgi.session;

import java.util.Arrays;

/** A growing array of octets. */
final class Octets {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] array;
  private int length;

  Octets(int capacity) {
    array = new byte[capacity];
  }

  byte[] array() {
    return array;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(array, length);
  }

  Octets clear() {
    length = 0;
    return this;
  }

  Octets add(byte[] octets) {
    reserve(octets.length);
    System.arraycopy(octets, 0, array, length, octets.length);
    length += octets.length;
    return this;
  }

  Octets add(byte[] octets, int from, int count) {
    reserve(count);
    System.arraycopy(octets, from, array, length, count);
    length += count;
    return this;
  }

  Octets add(char ascii) {
    reserve(1);
    array[length++] = (byte) ascii;
    return this;
  }

  /** One octet per character; the string is Latin-1. */
  @SuppressWarnings("deprecation") // the one method that copies Latin-1 without allocating
  Octets add(String latin1) {
    var count = latin1.length();
    reserve(count);
    latin1.getBytes(0, count, array, length);
    length += count;
    return this;
  }

  Octets addDecimal(long number) {
    if (number >= 10) {
      addDecimal(number / 10);
    }
    return add((char) ('0' + number % 10));
  }

  Octets addHexadecimal(int number) {
    if (number >>> 4 != 0) {
      addHexadecimal(number >>> 4);
    }
    return add((char) HEX[number & 0xf]);
  }

  private void reserve(int count) {
    if (array.length - length < count) {
      array = Arrays.copyOf(array, Math.max(2 * array.length, length + count));
    }
  }
}
