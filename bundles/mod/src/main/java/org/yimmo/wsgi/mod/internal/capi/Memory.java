package org.yimmo.wsgi.mod.internal.capi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The memory of the process, by address: what C code sees. A wrong address ends the process. */
public final class Memory {
  /** The layouts here are those of CPython on little-endian machines. */
  @SuppressWarnings(
      "restricted") // C hands out plain pointers; this is the one place to follow them
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  public static long pointer(long address) {
    return ALL.get(ValueLayout.JAVA_LONG, address);
  }

  public static void pointer(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG, address, value);
  }

  public static int int32(long address) {
    return ALL.get(ValueLayout.JAVA_INT, address);
  }

  /** A copy of {@code size} octets. */
  public static byte[] octets(long address, int size) {
    var octets = new byte[size];
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, octets, 0, size);
    return octets;
  }

  /** The memory itself, to be filled; valid while its owner keeps it. */
  public static ByteBuffer view(long address, int size) {
    return ALL.asSlice(address, size).asByteBuffer();
  }

  /** Copies a string of Latin-1 characters there, with a NUL behind it. */
  public static void latin1(long address, String text) {
    ALL.setString(address, text, StandardCharsets.ISO_8859_1);
  }

  /** The C string in UTF-8 at {@code address}. */
  public static String text(long address) {
    return ALL.getString(address);
  }
}
