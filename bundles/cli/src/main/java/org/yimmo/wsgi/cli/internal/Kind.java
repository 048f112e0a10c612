package org.yimmo.wsgi.cli.internal;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A kind of value: how it is shown in the usage text and what texts it accepts. */
sealed interface Kind {
  /** The placeholder in the usage text. */
  String label();

  /**
   * Makes the value of a text that is not empty.
   *
   * @param directory what relative paths are relative to; absolute ones are made of them because
   *     the process changes its directory later
   * @return String, Long, Duration, Boolean or, when {@link #isList}, a list of strings
   */
  Object parse(String text, Path directory) throws UnfitValue;

  /** Whether several texts make up one value. */
  default boolean isList() {
    return false;
  }

  /** Any text. */
  record Text(String label) implements Kind {
    @Override
    public String parse(String text, Path directory) {
      return text;
    }
  }

  /** Whether an option of this kind is followed by a value. */
  default boolean takesValue() {
    return true;
  }

  /** An option without a value. */
  record Flag() implements Kind {
    @Override
    public String label() {
      return "";
    }

    @Override
    public Boolean parse(String text, Path directory) {
      return Boolean.valueOf(text);
    }

    @Override
    public boolean takesValue() {
      return false;
    }
  }

  /** On or off; the option means on. */
  record Switch() implements Kind {
    @Override
    public String label() {
      return "";
    }

    @Override
    public Boolean parse(String text, Path directory) throws UnfitValue {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true", "yes", "on", "1" -> true;
        case "false", "no", "off", "0" -> false;
        default -> throw new UnfitValue("true or false is needed");
      };
    }

    @Override
    public boolean takesValue() {
      return false;
    }
  }

  /** Addresses and networks; several are separated by commas. */
  record Networks() implements Kind {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    @Override
    public String label() {
      return "NET,...";
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> parse(String text, Path directory) throws UnfitValue {
      return each(text, Networks::network);
    }

    private static String network(String text) throws UnfitValue {
      if (!text.equals("*") && !isNetwork(text)) {
        throw new UnfitValue("addresses, networks such as 10.0.0.0/8, or * are needed");
      }
      return text;
    }

    private static boolean isNetwork(String text) {
      var parts = text.split("/", 2);
      var isIpv4 = IPV4.matcher(parts[0]).matches();
      if (!isIpv4 && !IPV6.matcher(parts[0]).matches()) {
        return false;
      }
      try {
        InetAddress.ofLiteral(parts[0]);
      } catch (IllegalArgumentException _) {
        return false;
      }
      return parts.length == 1
          || (parts[1].matches("\\d{1,3}") && Integer.parseInt(parts[1]) <= (isIpv4 ? 32 : 128));
    }
  }

  /** A whole number. */
  record Whole(String label, long min, long max) implements Kind {
    @Override
    public Long parse(String text, Path directory) throws UnfitValue {
      var needed = "a whole number from " + min + " to " + max + " is needed";
      return inRange(digits(text, needed), min, max, needed);
    }
  }

  /** A number of octets, with k, m or g for powers of 1024. */
  record Size(long min, long max) implements Kind {
    @Override
    public String label() {
      return "SIZE";
    }

    @Override
    public Long parse(String text, Path directory) throws UnfitValue {
      var needed =
          max == Long.MAX_VALUE
              ? "a number of bytes from " + min + " on is needed, as in 65536, 64k, 10m or 2g"
              : "a number of bytes from "
                  + min
                  + " to "
                  + max
                  + " is needed, as in 65536, 64k or 10m";
      var shift =
          switch (Character.toLowerCase(text.charAt(text.length() - 1))) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
          };
      var number = digits(shift == 0 ? text : text.substring(0, text.length() - 1), needed);
      if (number > Long.MAX_VALUE >> shift) {
        throw new UnfitValue(needed);
      }
      return inRange(number << shift, min, max, needed);
    }
  }

  /** A time in seconds, decimals allowed. */
  record Seconds(Duration min, Duration max) implements Kind {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    static Seconds positive() {
      return new Seconds(Duration.ofMillis(1), DAY);
    }

    static Seconds fromZero() {
      return new Seconds(Duration.ZERO, DAY);
    }

    static Seconds atLeast(Duration min) {
      return new Seconds(min, DAY);
    }

    static Seconds fromZeroToDays(int days) {
      return new Seconds(Duration.ZERO, Duration.ofDays(days));
    }

    @Override
    public String label() {
      return "SECONDS";
    }

    @Override
    public Duration parse(String text, Path directory) throws UnfitValue {
      if (!DECIMAL.matcher(text).matches()) {
        throw unfit();
      }
      var value = text.indexOf('.') < 0 ? Duration.ofSeconds(Long.parseLong(text)) : decimal(text);
      if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
        throw unfit();
      }
      return value;
    }

    /** To the millisecond; what is finer does not make it longer than it may be. */
    private Duration decimal(String text) throws UnfitValue {
      var seconds = new BigDecimal(text);
      if (seconds.compareTo(BigDecimal.valueOf(max.toSeconds())) > 0) {
        throw unfit();
      }
      return Duration.ofMillis(seconds.movePointRight(3).longValue());
    }

    private UnfitValue unfit() {
      return new UnfitValue(
          "a number of seconds from %s to %s is needed"
              .formatted(
                  BigDecimal.valueOf(min.toMillis(), 3).stripTrailingZeros().toPlainString(),
                  max.toSeconds()));
    }
  }

  /** One of a few words, in any case. */
  record Choice(String label, List<String> words) implements Kind {
    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      for (var word : words) {
        if (word.equalsIgnoreCase(text)) {
          return word;
        }
      }
      throw new UnfitValue("one of " + String.join(", ", words) + " is needed");
    }
  }

  /** A directory that exists. */
  record Directory() implements Kind {
    @Override
    public String label() {
      return "DIR";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      var path = resolved(text, directory);
      if (!Files.exists(path)) {
        throw new UnfitValue("there is no such directory");
      }
      if (!Files.isDirectory(path)) {
        throw new UnfitValue("this is not a directory");
      }
      return path.toString();
    }
  }

  /** A directory that exists, or can be made in one that does. */
  record NewDirectory() implements Kind {
    @Override
    public String label() {
      return "DIR";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      var path = resolved(text, directory);
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new UnfitValue("this is not a directory");
      }
      var parent = path.getParent();
      if (parent != null && !Files.isDirectory(parent)) {
        throw new UnfitValue("there is no directory " + parent);
      }
      if (!Files.isWritable(Files.exists(path) ? path : parent)) {
        throw new UnfitValue("this directory cannot be written by this user");
      }
      return path.toString();
    }
  }

  /** A file that can be read. */
  record InputFile() implements Kind {
    @Override
    public String label() {
      return "FILE";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      var path = resolved(text, directory);
      if (!Files.exists(path)) {
        throw new UnfitValue("there is no such file");
      }
      if (Files.isDirectory(path)) {
        throw new UnfitValue("this is a directory, and a file is needed");
      }
      if (!Files.isReadable(path)) {
        throw new UnfitValue("this file cannot be read by this user");
      }
      return path.toString();
    }
  }

  /** Files that can be read; several are separated by commas. */
  record InputFiles() implements Kind {
    @Override
    public String label() {
      return "FILE,...";
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> parse(String text, Path directory) throws UnfitValue {
      return each(text, part -> new InputFile().parse(part, directory));
    }
  }

  /** A file to write to, or {@code -}. */
  record OutputFile() implements Kind {
    @Override
    public String label() {
      return "FILE";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      if (text.equals("-")) {
        return text;
      }
      return writable(text, directory);
    }
  }

  /** A file that is written; its folder exists. */
  record NewFile() implements Kind {
    @Override
    public String label() {
      return "FILE";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      return writable(text, directory);
    }
  }

  /** Request targets of the application; several are separated by blanks. */
  record Targets() implements Kind {
    private static final Pattern TARGET = Pattern.compile("/[!-~]*|https?://[^/\\s]+(/[!-~]*)?");

    @Override
    public String label() {
      return "PATH";
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> parse(String text, Path directory) throws UnfitValue {
      var targets = List.of(text.strip().split("\\s+", -1));
      for (var target : targets) {
        if (!TARGET.matcher(target).matches()) {
          throw new UnfitValue("a path is needed, as in /health, or http://HOST/health");
        }
      }
      return targets;
    }
  }

  /** A path, or the name of a program that is looked up on PATH by whoever starts it. */
  record Program() implements Kind {
    @Override
    public String label() {
      return "PATH";
    }

    @Override
    public String parse(String text, Path directory) throws UnfitValue {
      var path = resolved(text, directory);
      if (Files.exists(path)) {
        return path.toString();
      }
      if (text.indexOf('/') >= 0) {
        throw new UnfitValue("there is no such interpreter or virtual environment");
      }
      return text;
    }
  }

  /** Directories that need not exist, as Python has it. */
  record SearchPath() implements Kind {
    @Override
    public String label() {
      return "DIR,...";
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> parse(String text, Path directory) throws UnfitValue {
      var paths = new ArrayList<String>();
      for (var part : text.split("[,:]", -1)) {
        if (!part.isEmpty()) {
          paths.add(resolved(part, directory).toString());
        }
      }
      return paths;
    }
  }

  /** Where to listen; several are separated by commas. */
  record Address() implements Kind {
    private static final String NEEDED =
        "HOST:PORT, [IPV6]:PORT or unix:PATH is needed, with a port from 0 to 65535";
    private static final Pattern TCP = Pattern.compile("(\\[[^\\[\\]]+]|[^\\[\\]:/ ]*):(\\d{1,5})");

    @Override
    public String label() {
      return "ADDRESS";
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> parse(String text, Path directory) throws UnfitValue {
      return each(text, part -> address(part, directory));
    }

    private static String address(String text, Path directory) throws UnfitValue {
      if (text.startsWith(UNIX) && text.length() > UNIX.length()) {
        return UNIX + resolved(text.substring(UNIX.length()), directory);
      }
      var tcp = TCP.matcher(text);
      if (!tcp.matches() || Integer.parseInt(tcp.group(2)) > 65535) {
        throw new UnfitValue(NEEDED);
      }
      return tcp.group(1).isEmpty() ? "0.0.0.0" + text : text;
    }
  }

  /** The prefix of the path of a unix domain socket. */
  String UNIX = "unix:";

  /** What one of several values becomes. */
  @FunctionalInterface
  interface Part {
    String parse(String text) throws UnfitValue;
  }

  /** The values of a list that commas separate. */
  private static List<String> each(String text, Part part) throws UnfitValue {
    var values = new ArrayList<String>();
    for (var value : text.split(",", -1)) {
      values.add(part.parse(value.strip()));
    }
    return values;
  }

  private static long digits(String text, String needed) throws UnfitValue {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new UnfitValue(needed);
    }
  }

  private static Long inRange(long number, long min, long max, String needed) throws UnfitValue {
    if (number < min || number > max) {
      throw new UnfitValue(needed);
    }
    return number;
  }

  private static String writable(String text, Path directory) throws UnfitValue {
    var path = resolved(text, directory);
    var parent = path.getParent();
    if (Files.isDirectory(path) || parent == null) {
      throw new UnfitValue("this is a directory, and a file is needed");
    }
    if (!Files.isDirectory(parent)) {
      throw new UnfitValue("there is no directory " + parent);
    }
    if (!Files.isWritable(Files.exists(path) ? path : parent)) {
      throw new UnfitValue("this file cannot be written by this user");
    }
    return path.toString();
  }

  private static Path resolved(String text, Path directory) throws UnfitValue {
    try {
      return directory.resolve(text).normalize();
    } catch (InvalidPathException _) {
      throw new UnfitValue("this is no path");
    }
  }
}
