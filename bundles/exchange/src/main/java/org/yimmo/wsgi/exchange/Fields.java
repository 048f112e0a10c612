package org.yimmo.wsgi.exchange;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The fields of a request or response, in order, repeated names included.
 *
 * <p>Names keep the case they came with and compare without it (RFC 9110 §5.1). Values are strings
 * of Latin-1 characters, one per octet (PEP 3333, "Unicode Issues").
 *
 * <p><em>Thread:</em> immutable.
 */
@ProviderType
public final class Fields {
  private static final Fields NONE = new Fields(new String[0]);

  private final String[] namesAndValues;

  private Fields(String[] namesAndValues) {
    this.namesAndValues = namesAndValues;
  }

  public static Fields none() {
    return NONE;
  }

  /**
   * The fields written as name, value, name, value …
   *
   * @throws IllegalArgumentException when a value is missing
   */
  public static Fields of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a field name without a value");
    }
    return new Fields(namesAndValues.clone());
  }

  /** A builder with room for {@code expected} fields; it grows when there are more. */
  public static Builder builder(int expected) {
    return new Builder(expected);
  }

  public int size() {
    return namesAndValues.length / 2;
  }

  public String name(int index) {
    return namesAndValues[2 * index];
  }

  public String value(int index) {
    return namesAndValues[2 * index + 1];
  }

  /** The value of the first field of that name. */
  public Optional<String> first(String name) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i].equalsIgnoreCase(name)) {
        return Optional.of(namesAndValues[i + 1]);
      }
    }
    return Optional.empty();
  }

  public boolean contains(String name) {
    return first(name).isPresent();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fields that && Arrays.equals(namesAndValues, that.namesAndValues);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(namesAndValues);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int i = 0; i < size(); i++) {
      text.append(name(i)).append(": ").append(value(i)).append('\n');
    }
    return text.toString();
  }

  /** Collects fields in order. <em>Thread:</em> one. */
  @ProviderType
  public static final class Builder {
    private String[] namesAndValues;
    private int length;

    private Builder(int expected) {
      namesAndValues = new String[2 * Math.max(expected, 4)];
    }

    public Builder add(String name, String value) {
      if (length == namesAndValues.length) {
        namesAndValues = Arrays.copyOf(namesAndValues, 2 * length);
      }
      namesAndValues[length++] = name;
      namesAndValues[length++] = value;
      return this;
    }

    public Fields build() {
      return length == 0 ? NONE : new Fields(Arrays.copyOf(namesAndValues, length));
    }
  }
}
