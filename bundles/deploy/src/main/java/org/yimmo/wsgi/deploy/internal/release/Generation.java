package org.yimmo.wsgi.deploy.internal.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The applications that a worker process serves together: a file that the manager writes. */
public record Generation(List<Member> members) {
  private static final String APPLICATIONS = "applications";

  /**
   * One of them.
   *
   * @param location a folder or jar
   * @param release its number
   */
  public record Member(String name, Kind kind, Path location, String version, int release) {}

  public static Generation of(Iterable<Release> releases) {
    var members = new ArrayList<Member>();
    for (var release : releases) {
      members.add(
          new Member(
              release.name(),
              release.kind(),
              release.location(),
              release.version(),
              release.number()));
    }
    return new Generation(List.copyOf(members));
  }

  /** Writes it; a reader sees all of it or nothing. */
  public void write(Path file) throws IOException {
    var properties = new Properties();
    properties.setProperty(
        APPLICATIONS, String.join(",", members.stream().map(Member::name).toList()));
    for (var member : members) {
      properties.setProperty(member.name + ".kind", member.kind.word());
      properties.setProperty(member.name + ".location", member.location.toString());
      properties.setProperty(member.name + ".version", member.version);
      properties.setProperty(member.name + ".release", Integer.toString(member.release));
    }
    PropertiesFile.write(file, properties);
  }

  /**
   * Reads one.
   *
   * @throws IOException it cannot be read, or is none
   */
  public static Generation read(Path file) throws IOException {
    var properties = PropertiesFile.read(file);
    try {
      var members = new ArrayList<Member>();
      for (var name : properties.getProperty(APPLICATIONS, "").split(",", -1)) {
        if (!name.isEmpty()) {
          members.add(member(properties, name));
        }
      }
      return new Generation(List.copyOf(members));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not a whole generation: " + e.getMessage(), e);
    }
  }

  private static Member member(Properties properties, String name) {
    var location = properties.getProperty(name + ".location", "");
    if (location.isEmpty()) {
      throw new IllegalArgumentException(name + " has no location");
    }
    return new Member(
        name,
        Kind.of(properties.getProperty(name + ".kind", "")),
        Path.of(location),
        properties.getProperty(name + ".version", ""),
        Integer.parseInt(properties.getProperty(name + ".release", "")));
  }
}
