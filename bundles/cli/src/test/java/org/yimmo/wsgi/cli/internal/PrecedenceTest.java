package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command line before environment before file before default, for each setting on its own. */
class PrecedenceTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "false, false, false, 8081, default",
    "false, false, true,  7003, wsgi.port in FILE",
    "false, true,  false, 7002, YIMMO_WSGI_PORT in the environment",
    "false, true,  true,  7002, YIMMO_WSGI_PORT in the environment",
    "true,  false, false, 7001, --port on the command line",
    "true,  false, true,  7001, --port on the command line",
    "true,  true,  false, 7001, --port on the command line",
    "true,  true,  true,  7001, --port on the command line",
  })
  void takesTheFirstLevelThatSpeaks(
      boolean commandLine, boolean environment, boolean file, long port, String source)
      throws IOException {
    var arguments = new ArrayList<String>();
    var variables = new HashMap<String, String>();
    if (commandLine) {
      arguments.addAll(List.of("--port", "7001"));
    }
    if (environment) {
      variables.put("YIMMO_WSGI_PORT", "7002");
    }
    if (file) {
      arguments.addAll(List.of("-c", yaml("wsgi: {port: 7003}").toString()));
    }

    var settings = new Call(arguments, variables, directory, Call.HOME).settings();

    assertEquals(port, settings.number(Setting.PORT));
    assertEquals(
        source.replace("FILE", directory.resolve("y.yml").toString()),
        settings.source(Setting.PORT).phrase());
    assertEquals(List.of("0.0.0.0:" + port), settings.list(Setting.BIND));
  }

  @Test
  void decidesForEachSettingAlone() throws IOException {
    var file = yaml("log_level: debug\nwsgi:\n  no_threads: 3\n  port: 7003\n");

    var settings =
        Call.with("-t", "7", "-c", file.toString()).and("YIMMO_WSGI_PORT", "7002").settings();

    assertEquals(7, settings.number(Setting.NO_THREADS));
    assertEquals(7002, settings.number(Setting.PORT));
    assertEquals("DEBUG", settings.text(Setting.LOG_LEVEL));
    assertEquals("1", settings.shown(Setting.NO_PROC));
  }

  @Test
  void takesTheFileFromTheEnvironment() throws IOException {
    yaml("server: {idle_timeout: 1.5}");

    var settings = Call.with().and("YIMMO_WSGI_CONFIG", "y.yml").in(directory).settings();

    assertEquals(1500, settings.millis(Setting.IDLE_TIMEOUT));
    assertEquals("1.5", settings.shown(Setting.IDLE_TIMEOUT));
  }

  @Test
  void prefersTheFileOfTheCommandLine() throws IOException {
    yaml("wsgi: {port: 7003}");
    Files.writeString(directory.resolve("other.yml"), "wsgi: {port: 7004, no_threads: 2}");

    var settings =
        Call.with("--config", "y.yml")
            .and("YIMMO_WSGI_CONFIG", "other.yml")
            .in(directory)
            .settings();

    assertEquals(7003, settings.number(Setting.PORT));
    assertEquals(1, settings.number(Setting.NO_THREADS));
  }

  @Test
  void takesAnEmptyVariableAsNotSet() {
    assertEquals(8081, Call.with().and("YIMMO_WSGI_PORT", "").settings().number(Setting.PORT));
  }

  @Test
  void takesTheLastOfAnOptionGivenTwice() {
    assertEquals(2, Call.with("-P", "1", "--port=2").settings().number(Setting.PORT));
  }

  @Test
  void knowsTheNamesOfGunicorn() {
    var settings =
        Call.with("-w", "1", "--threads", "4", "-b", ":9", "--keep-alive", "2", "m:a").settings();

    assertEquals(4, settings.number(Setting.NO_THREADS));
    assertEquals(List.of("0.0.0.0:9"), settings.list(Setting.BIND));
    assertEquals(2000, settings.millis(Setting.IDLE_TIMEOUT));
  }

  @Test
  void anAddressWinsOverAPortOfTheSameLevel() {
    var settings = Call.with("--port", "1", "--bind", "[::1]:2,unix:/s").settings();

    assertEquals(List.of("[::1]:2", "unix:/s"), settings.list(Setting.BIND));
    assertEquals(
        "--port on the command line, but server.bind wins", settings.source(Setting.PORT).phrase());
  }

  @Test
  void anAddressWinsOverAPortOfALowerLevel() {
    var settings = Call.with("-b", "h:2").and("YIMMO_WSGI_PORT", "1").settings();

    assertEquals(List.of("h:2"), settings.list(Setting.BIND));
  }

  @Test
  void aPortChangesTheAddressOfALowerLevelButNotItsHost() {
    var settings = Call.with("--port", "1").and("YIMMO_SERVER_BIND", "127.0.0.1:2").settings();

    assertEquals(List.of("127.0.0.1:1"), settings.list(Setting.BIND));
    assertEquals(
        "YIMMO_SERVER_BIND in the environment, port: --port on the command line",
        settings.source(Setting.BIND).phrase());
  }

  @Test
  void acceptsTlsAtTheRootOfTheFile() throws IOException {
    Files.writeString(directory.resolve("c.pem"), "");
    Files.writeString(directory.resolve("k.pem"), "");
    yaml("tls: {cert: c.pem, key: k.pem}");

    var settings = Call.with("-c", "y.yml").in(directory).settings();

    assertEquals(List.of(directory.resolve("c.pem").toString()), settings.list(Setting.CERT));
    assertEquals(List.of(directory.resolve("k.pem").toString()), settings.list(Setting.KEY));
  }

  @Test
  void acceptsListsInTheFile() throws IOException {
    yaml("server:\n  bind:\n  - localhost:1\n  - 'unix:s'\nwsgi:\n  pythonpath: [a, b]\n");

    var settings = Call.with("-c", "y.yml").in(directory).settings();

    assertEquals(
        List.of("localhost:1", "unix:" + directory.resolve("s")), settings.list(Setting.BIND));
    assertEquals(
        List.of(directory.resolve("a").toString(), directory.resolve("b").toString()),
        settings.list(Setting.PYTHONPATH));
  }

  @Test
  void anEmptySectionSaysNothing() throws IOException {
    yaml("wsgi:\nserver:\n");

    assertEquals(8081, Call.with("-c", "y.yml").in(directory).settings().number(Setting.PORT));
  }

  @Test
  void emptyValuesInTheFileSayNothing() throws IOException {
    yaml("server: {bind: [], access_log: ''}\nwsgi: {module: ''}\n");

    var settings = Call.with("-c", "y.yml").in(directory).settings();

    assertEquals(List.of("0.0.0.0:8081"), settings.list(Setting.BIND));
    assertEquals("default", settings.source(Setting.ACCESS_LOG).phrase());
  }

  @Test
  void warnsOfVariablesThatLookLikeOurs() {
    var call = Call.with().and("YIMMO_WSGI_PROT", "1").and("YIMMO_JAVA_OPTS", "-Xmx1g");

    assertEquals(
        List.of(
            "unknown variable YIMMO_WSGI_PROT in the environment; did you mean YIMMO_WSGI_PORT?"),
        call.invocation().warnings());
    assertEquals(Map.of(), EnvironmentLevel.read(call.environment()));
  }

  private Path yaml(String text) throws IOException {
    return Files.writeString(directory.resolve("y.yml"), text);
  }
}
