package org.yimmo.wsgi.itests.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** A bundle that a test writes itself: one component, whose class is compiled from its source. */
public final class JavaBundle {
  private static final String API = "org.yimmo.wsgi.application";
  private static final String DESCRIPTION = "OSGI-INF/fixture.xml";

  private final String name;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final Map<String, String> properties = new LinkedHashMap<>();
  private String service = "";
  private String references = "";
  private int ranking;
  private String source = "";

  /**
   * @param name its symbolic name, and the package of its class
   */
  public JavaBundle(String name) {
    this.name = name;
    headers.put("Manifest-Version", "1.0");
    headers.put("Bundle-ManifestVersion", "2");
    headers.put("Bundle-SymbolicName", name);
  }

  public JavaBundle header(String header, String value) {
    headers.put(header, value);
    return this;
  }

  /** A property of its service. */
  public JavaBundle property(String property, String value) {
    properties.put(property, value);
    return this;
  }

  public JavaBundle ranking(int rank) {
    ranking = rank;
    return this;
  }

  /** Its component needs a service, which the first parameter of its constructor takes. */
  public JavaBundle needs(String type) {
    references = "<reference name=\"needed\" interface=\"%s\" parameter=\"0\"/>".formatted(type);
    return this;
  }

  /**
   * It is an application.
   *
   * @param members of its class, among them the method {@code call}
   */
  public JavaBundle application(String members) {
    return header("Import-Package", API)
        .component(
            API + ".Application",
            """
            public final class Fixture implements Application {
              private static Iterable<ByteBuffer> text(StartResponse startResponse, String content) {
                startResponse.start("200 OK", List.of(new Field("Content-Type", "text/plain")));
                return List.of(ByteBuffer.wrap(content.getBytes()));
              }
            %s}
            """
                .formatted(members.indent(2)));
  }

  /**
   * It has a component.
   *
   * @param type of its service
   * @param fixture the class {@code Fixture}
   */
  public JavaBundle component(String type, String fixture) {
    service = type;
    source =
        "package %s;\nimport java.nio.ByteBuffer;\nimport java.util.*;\nimport %s.*;\n"
                .formatted(name, API)
            + fixture;
    return header("Service-Component", DESCRIPTION);
  }

  /** Writes the jar; whoever looks at that name sees all of it or nothing. */
  public Path write(Path jar) throws IOException {
    var half = jar.resolveSibling(jar.getFileName() + "~");
    var manifest = new Manifest();
    headers.forEach(manifest.getMainAttributes()::putValue);
    try (var out = new JarOutputStream(Files.newOutputStream(half), manifest)) {
      entry(out, DESCRIPTION, description().getBytes(UTF_8));
      var classes = compiled();
      try (var files = Files.walk(classes)) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          entry(out, classes.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    }
    return Files.move(half, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(content);
  }

  private String description() {
    return """
    <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="%s" %s>
      <implementation class="%s.Fixture"/>
      <property name="service.ranking" type="Integer" value="%d"/>
      <service><provide interface="%s"/></service>
      %s
      %s
    </scr:component>
    """
        .formatted(
            name,
            references.isEmpty() ? "" : "init=\"1\"",
            name,
            ranking,
            service,
            properties.entrySet().stream()
                .map(property ->
                    "<property name=\"%s\" value=\"%s\"/>"
                        .formatted(property.getKey(), property.getValue()))
                .collect(Collectors.joining("\n")),
            references);
  }

  private Path compiled() throws IOException {
    var folder = Files.createTempDirectory("bundle");
    var file = Files.writeString(folder.resolve("Fixture.java"), source);
    var classes = Files.createDirectories(folder.resolve("classes"));
    var complaints = new ByteArrayOutputStream();
    var status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                complaints,
                complaints,
                "-proc:none",
                "-d",
                classes.toString(),
                "-classpath",
                System.getProperty("yimmo.api.bundle"),
                file.toString());
    if (status != 0) {
      throw new AssertionError(complaints.toString(UTF_8));
    }
    return classes;
  }
}
