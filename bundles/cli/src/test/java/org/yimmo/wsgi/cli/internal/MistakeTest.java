package org.yimmo.wsgi.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mistake is told in one sentence that names the setting, its source and its value. */
class MistakeTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port=abc | --port on the command line is \"abc\": a whole number from 0 to 65535 is needed",
        "-P 65536   | --port on the command line is \"65536\": a whole number from 0 to 65535 is needed",
        "-P -1      | --port on the command line is \"-1\": a whole number from 0 to 65535 is needed",
        "-P 8081.0  | --port on the command line is \"8081.0\": a whole number from 0 to 65535 is needed",
        "-P 99999999999999999999 | --port on the command line is \"99999999999999999999\":"
            + " a whole number from 0 to 65535 is needed",
        "--port=    | --port on the command line is \"\": a value is needed",
        "-t 0       | --no-threads on the command line is \"0\": a whole number from 1 to 1024 is needed",
        "-t 1e3     | --no-threads on the command line is \"1e3\": a whole number from 1 to 1024 is needed",
        "-w 0       | --no-proc on the command line is \"0\": a whole number from 1 to 1024 is needed",
        "-l LOUD    | --log-level on the command line is \"LOUD\":"
            + " one of FATAL, ERROR, WARNING, NOTICE, INFO, DEBUG, TRACE is needed",
        "--idle-timeout 0 | --idle-timeout on the command line is \"0\":"
            + " a number of seconds from 0.001 to 86400 is needed",
        "--idle-timeout 1s | --idle-timeout on the command line is \"1s\":"
            + " a number of seconds from 0.001 to 86400 is needed",
        "--grace-period 86401 | --grace-period on the command line is \"86401\":"
            + " a number of seconds from 0 to 86400 is needed",
        "--max-line-bytes 3x | --max-line-bytes on the command line is \"3x\":"
            + " a number of bytes from 64 to 2147483647 is needed, as in 65536, 64k or 10m",
        "--max-line-bytes 2g | --max-line-bytes on the command line is \"2g\":"
            + " a number of bytes from 64 to 2147483647 is needed, as in 65536, 64k or 10m",
        "--max-body-bytes 9999999999g | --max-body-bytes on the command line is \"9999999999g\":"
            + " a number of bytes from 0 on is needed, as in 65536, 64k, 10m or 2g",
        "--max-body-bytes k | --max-body-bytes on the command line is \"k\":"
            + " a number of bytes from 0 on is needed, as in 65536, 64k, 10m or 2g",
        "--max-worker-age 999999999 | --max-worker-age on the command line is \"999999999\":"
            + " a number of seconds from 0 to 315360000 is needed",
        "--warmup health | --warmup on the command line is \"health\":"
            + " a path is needed, as in /health, or http://HOST/health",
        "--pid /none/pid | --pid on the command line is \"/none/pid\": there is no directory /none",
        "--transport udp | --transport on the command line is \"udp\":"
            + " one of auto, native, nio is needed",
        "-c /none.yml | --config on the command line is \"/none.yml\": there is no such file",
        "-c /tmp    | --config on the command line is \"/tmp\": this is a directory, and a file is needed",
        "--chdir /none | --chdir on the command line is \"/none\": there is no such directory",
        "--deploy /none/drops | --deploy on the command line is \"/none/drops\":"
            + " there is no directory /none",
        "--deploy /dev/null | --deploy on the command line is \"/dev/null\":"
            + " this is not a directory",
        "--check --deploy /tmp | --check on the command line loads one application: add MODULE:APP;"
            + " what is dropped into /tmp is loaded and checked before it serves",
        "bundle | a source and an output are needed:"
            + " write yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]",
        "bundle /tmp -o | -o needs a value:"
            + " write yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]",
        "bundle /none -o x.jar | there is no /none:"
            + " write yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]",
        "bundle /tmp -o /x.zip | \"/x.zip\" does not end with .jar:"
            + " write yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]",
        "bundle /tmp /etc -o x.jar | \"/etc\" is one word too many:"
            + " write yimmo-wsgi bundle SOURCE -o OUT.jar [--requirements DIR]",
        "--certfile /none | --certfile on the command line is \"/none\": there is no such file",
        "--python ./none | --python on the command line is \"./none\":"
            + " there is no such interpreter or virtual environment",
        "--access-log /none/log | --access-log on the command line is \"/none/log\":"
            + " there is no directory /none",
        "--forwarded-allow-ips 10.0.0.0/33 | --forwarded-allow-ips on the command line is"
            + " \"10.0.0.0/33\": addresses, networks such as 10.0.0.0/8, or * are needed",
        "--forwarded-allow-ips proxy | --forwarded-allow-ips on the command line is \"proxy\":"
            + " addresses, networks such as 10.0.0.0/8, or * are needed",
        "--prot 1   | unknown option --prot on the command line; did you mean --port?",
        "--wibble=1 | unknown option --wibble on the command line; see yimmo-wsgi --help",
        "-x         | unknown option -x on the command line; see yimmo-wsgi --help",
        "--port     | --port on the command line needs a value; see yimmo-wsgi --help",
        "--bind --port 1 | --bind on the command line needs a value; see yimmo-wsgi --help",
        "a:b c:d    | one application is enough, and \"c:d\" on the command line would be a second"
            + " one; see yimmo-wsgi --help",
        "hello.py:app | MODULE:APP on the command line is \"hello.py:app\":"
            + " a module is needed, not a file; did you mean hello:app?",
        "some/dir/hello.py | MODULE:APP on the command line is \"some/dir/hello.py\":"
            + " a module is needed, not a file; did you mean --chdir some/dir hello?",
        "/hello:app | MODULE:APP on the command line is \"/hello:app\":"
            + " a module is needed, not a file; did you mean --chdir / hello:app?",
        "./:app     | MODULE:APP on the command line is \"./:app\":"
            + " a module is needed, not a file, as in hello:app",
        ":app       | MODULE:APP on the command line is \":app\":"
            + " a module and an application are needed, as in hello:app",
        "hello:     | MODULE:APP on the command line is \"hello:\":"
            + " a module and an application are needed, as in hello:app",
        ".hello     | MODULE:APP on the command line is \".hello\":"
            + " a module and an application are needed, as in hello:app",
      })
  void isToldInOneSentence(String arguments, String sentence) {
    assertEquals(sentence, Call.with(arguments.split(" ", -1)).refusal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8081",
        "localhost",
        "localhost:",
        "localhost:65536",
        "localhost:http",
        "::1:8081",
        "[::1]",
        "[::1:8081",
        "unix:",
        "http://localhost:80",
        "localhost:80,",
        "a b:80",
        ""
      })
  void isAnAddressThatIsNone(String address) {
    var refusal = Call.with("--bind=" + address).refusal();

    assertTrue(refusal.startsWith("--bind on the command line is \"" + address + "\": "), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wsgi: {port: abc} | wsgi.port in FILE is \"abc\": a whole number from 0 to 65535 is needed",
        "wsgi: {port: [1, 2]} | wsgi.port in FILE is \"[1, 2]\": one value is needed, no list",
        "wsgi: {port: {a: 1}} | wsgi.port in FILE is \"{a=1}\": a value is needed, no section",
        "'wsgi: {port: }' | wsgi.port in FILE has no value",
        "wsgi: {prot: 1} | unknown key wsgi.prot in FILE; did you mean wsgi.port?",
        "port: 1 | unknown key port in FILE; did you mean wsgi.port?",
        "log-level: INFO | unknown key log-level in FILE; did you mean log_level?",
        "wibble: {a: 1} | unknown key wibble in FILE",
        "wsgi: 8081 | wsgi in FILE is \"8081\": a section with lines below it is needed",
        "just a text | FILE holds no settings: lines as in log_level: INFO are needed",
        "server: {bind: [1]} | server.bind in FILE is \"1\": HOST:PORT, [IPV6]:PORT or unix:PATH is"
            + " needed, with a port from 0 to 65535",
        "wsgi: {warmup: [/a, b]} | wsgi.warmup in FILE is \"/a,b\":"
            + " a path is needed, as in /health, or http://HOST/health",
        "wsgi: {app: x} | wsgi.app in FILE is \"x\", but no module is named:"
            + " add MODULE:APP, YIMMO_WSGI_MODULE or wsgi.module",
        "wsgi: {module: 'm:a', app: b} | wsgi.module in FILE is \"m:a\": this names the application,"
            + " and so does wsgi.app in FILE with \"b\"; one is enough",
      })
  void isToldOfTheFile(String yaml, String sentence) throws IOException {
    var file = Files.writeString(directory.resolve("y.yml"), yaml);

    assertEquals(
        sentence.replace("FILE", file.toString()), Call.with("-c", file.toString()).refusal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wsgi: {port: 1",
        "wsgi:\n\tport: 1\n",
        "a: 1\na: 2\n",
        "a: *nowhere\n",
        "--- 1\n--- 2\n",
        "a: !!java.lang.String b\n",
        "\u0000"
      })
  void isAFileThatIsNoYaml(String yaml) throws IOException {
    var file = Files.writeString(directory.resolve("y.yml"), yaml);

    var refusal = Call.with("-c", file.toString()).refusal();

    assertTrue(refusal.startsWith(file.toString()), refusal);
    assertTrue(refusal.contains(" is no YAML: "), refusal);
    assertFalse(refusal.contains("\n"), refusal);
  }

  @Test
  void isAFileThatIsNotUtf8() throws IOException {
    var file = directory.resolve("y.yml");
    Files.write(file, "wsgi: {module: h\u00e4llo}".getBytes(StandardCharsets.ISO_8859_1));

    assertEquals(
        "cannot read " + file + ": it is not UTF-8", Call.with("-c", file.toString()).refusal());
  }

  @Test
  void isAWrongValueInTheEnvironment() {
    assertEquals(
        "YIMMO_WSGI_NO_THREADS in the environment is \"many\":"
            + " a whole number from 1 to 1024 is needed",
        Call.with().and("YIMMO_WSGI_NO_THREADS", "many").refusal());
  }

  @Test
  void isAWrongValueAlsoWhereAHigherLevelHidesIt() {
    assertEquals(
        "YIMMO_WSGI_PORT in the environment is \"x\": a whole number from 0 to 65535 is needed",
        Call.with("--port", "1").and("YIMMO_WSGI_PORT", "x").refusal());
  }

  @Test
  void isACertificateWithoutKey() throws IOException {
    var pem = Files.writeString(directory.resolve("c.pem"), "").toString();

    assertEquals(
        "--certfile on the command line is \"%s\", but the private key is not given:".formatted(pem)
            + " add --keyfile, YIMMO_TLS_KEY_PATH or wsgi.tls.key",
        Call.with("--certfile", pem).refusal());
    assertEquals(
        "YIMMO_TLS_KEY_PATH in the environment is \"%s\", but the certificate is not given:"
                .formatted(pem)
            + " add --certfile, YIMMO_TLS_CERT_PATH or wsgi.tls.cert",
        Call.with().and("YIMMO_TLS_KEY_PATH", pem).refusal());
  }

  @Test
  void isACertificateOfSeveralWithoutKey() throws IOException {
    var pem = Files.writeString(directory.resolve("c.pem"), "").toString();

    assertEquals(
        "--certfile on the command line names 2 certificates, but --keyfile on the command line"
            + " names 1 keys: each certificate needs its key, in the same order",
        Call.with("--certfile", pem + "," + pem, "--keyfile", pem).refusal());
  }

  @Test
  void isAnAuthorityThatNobodyIsAskedFor() throws IOException {
    var pem = Files.writeString(directory.resolve("c.pem"), "").toString();

    assertEquals(
        "--ca-certs on the command line is \"%s\", but clients are not asked for certificates:"
                .formatted(pem)
            + " add --cert-reqs required or --cert-reqs optional",
        Call.with("--certfile", pem, "--keyfile", pem, "--ca-certs", pem).refusal());
    assertEquals(
        "--cert-reqs on the command line is \"required\", but who issues certificates of clients is"
            + " not given: add --ca-certs, YIMMO_TLS_CA_CERTS_PATH or wsgi.tls.ca_certs",
        Call.with("--certfile", pem, "--keyfile", pem, "--cert-reqs", "required").refusal());
  }

  @Test
  void isAKeyThatStandsTwiceInTheFile() throws IOException {
    var file = directory.resolve("y.yml");
    Files.writeString(file, "wsgi: {tls: {cert: a}}\ntls: {cert: b}\n");

    assertEquals(
        "wsgi.tls.cert in %1$s is \"a\", and tls.cert in %1$s is \"b\": one of the two is enough"
            .formatted(file),
        Call.with("-c", file.toString()).refusal());
  }

  @Test
  void isAPortForSeveralAddresses() {
    assertEquals(
        "--port on the command line is \"1\", but YIMMO_SERVER_BIND in the environment is"
            + " \"a:2,b:3\", which has not one port: use --bind",
        Call.with("--port", "1").and("YIMMO_SERVER_BIND", "a:2,b:3").refusal());
  }

  @Test
  void isAManagerWithoutTheNativeTransport() {
    assertEquals(
        "--transport on the command line is \"nio\", but worker processes under a manager need the"
            + " native transport: choose auto",
        Call.with("-p", "2", "--transport", "nio").refusal());
  }

  @Test
  void isAManagerWithoutANumberForItsWorker() {
    assertEquals(
        "YIMMO_WORKER in the environment is \"\": a number is needed with YIMMO_MANAGER, which only"
            + " a manager sets; unset both",
        Call.with().and("YIMMO_MANAGER", "/run/m").refusal());
  }

  @Test
  void doesNotExpandArgumentFiles() {
    assertEquals("@args", Call.with("@args").settings().text(Setting.MODULE));
  }
}
