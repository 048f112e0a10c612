package org.yimmo.wsgi.itests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real browser without a window, driven over the Chrome DevTools Protocol; killed when closed.
 *
 * <p>It reaches 127.0.0.1 and nothing else.
 */
public final class Chromium implements AutoCloseable {
  private static final boolean COMPLETE = "true".equals(System.getenv("CI"));
  private static final long PATIENCE_SECONDS = 60;
  private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+)[,}]");

  private final Running process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<String>> awaited = new ConcurrentHashMap<>();

  private Chromium(Running process) {
    this.process = process;
    var address = process.err().await("DevTools listening on (ws://\\S+)").group(1);
    socket =
        get(http.newWebSocketBuilder().buildAsync(URI.create(address), new Answers()), address);
  }

  /**
   * Starts it; the test is skipped, visibly, where there is none, and fails where everything is to
   * be tested (CI=true).
   */
  public static Chromium start() {
    var program =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .map(name -> Path.of("/usr/bin", name))
            .filter(Files::isExecutable)
            .findFirst();
    if (COMPLETE && program.isEmpty()) {
      throw new AssertionError("there is no chromium");
    }
    assumeTrue(program.isPresent(), "there is no chromium to look at pages with; install it");
    var running = run(program.orElseThrow());
    try {
      return new Chromium(running);
    } catch (AssertionError e) {
      running.close();
      throw e;
    }
  }

  private static Running run(Path program) {
    var command =
        List.of(
            program.toString(),
            "--headless=new",
            "--no-sandbox", // tests may run as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--no-proxy-server",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--user-data-dir=" + Folders.fresh("chromium"),
            "--remote-debugging-port=0",
            "about:blank");
    try {
      return new Running(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  /** A page in a window of its own. */
  public Page open(String address) {
    var target =
        find(
            "targetId",
            call("", "Target.createTarget", "\"newWindow\":true,\"url\":\"about:blank\""));
    var session =
        find(
            "sessionId",
            call("", "Target.attachToTarget", "\"flatten\":true,\"targetId\":" + quoted(target)));
    var page = new Page("\"sessionId\":" + quoted(session) + ",");
    page.call("Emulation.setFocusEmulationEnabled", "\"enabled\":true");
    page.call("Page.navigate", "\"url\":" + quoted(address));
    page.await("document.readyState === 'complete' && location.href !== 'about:blank'");
    return page;
  }

  /** One page. */
  public final class Page {
    private final String session;

    private Page(String session) {
      this.session = session;
    }

    private String call(String method, String parameters) {
      return Chromium.this.call(session, method, parameters);
    }

    /** The value of an expression in JavaScript, as text. */
    public String evaluate(String expression) {
      var encoded = "btoa(unescape(encodeURIComponent(String(" + expression + "))))";
      var answer = call("Runtime.evaluate", "\"expression\":" + quoted(encoded));
      if (answer.contains("\"exceptionDetails\"")) {
        throw new AssertionError("in the page: " + answer);
      }
      return new String(Base64.getDecoder().decode(find("value", answer)), StandardCharsets.UTF_8);
    }

    /** Waits until an expression is true. */
    public void await(String expression) {
      try {
        Await.until(expression, () -> evaluate("!!(" + expression + ")").equals("true"));
      } catch (AssertionError e) {
        throw new AssertionError(
            e.getMessage() + "; the page says: " + evaluate("document.body.innerText"), e);
      }
    }

    /** Types into what has the focus, and presses Enter. */
    public void enter(String text) {
      call("Input.insertText", "\"text\":" + quoted(text));
      var key =
          ",\"key\":\"Enter\",\"code\":\"Enter\",\"windowsVirtualKeyCode\":13,\"text\":\"\\r\"";
      call("Input.dispatchKeyEvent", "\"type\":\"keyDown\"" + key);
      call("Input.dispatchKeyEvent", "\"type\":\"keyUp\"" + key);
    }

    /** Leaves a picture of the page. */
    public void picture(Path file) {
      try {
        Files.write(
            file, Base64.getDecoder().decode(find("data", call("Page.captureScreenshot", ""))));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + file, e);
      }
    }
  }

  // --- the protocol: JSON in a WebSocket

  private String call(String session, String method, String parameters) {
    var id = lastId.incrementAndGet();
    var answer = new CompletableFuture<String>();
    awaited.put(id, answer);
    var message =
        "{\"id\":%d,%s\"method\":%s,\"params\":{%s}}"
            .formatted(id, session, quoted(method), parameters);
    get(socket.sendText(message, true), method);
    var got = get(answer, method);
    if (got.contains("\"error\":{\"code\"")) {
      throw new AssertionError(message + " is answered with " + got);
    }
    return got;
  }

  private static <T> T get(CompletableFuture<T> future, String what) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the browser does not answer: " + what, e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private static String find(String name, String answer) {
    var matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer);
    if (!matcher.find()) {
      throw new AssertionError("no " + name + " in " + answer);
    }
    return matcher.group(1);
  }

  private static String quoted(String text) {
    var json = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          if (c < ' ' || c == '"' || c == '\\') {
            json.append("\\u%04x".formatted(c));
          } else {
            json.append((char) c);
          }
        });
    return json.append('"').toString();
  }

  private final class Answers implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        var message = text.toString();
        text.setLength(0);
        var id = ID.matcher(message);
        if (id.find()) {
          awaited.remove(Integer.parseInt(id.group(1))).complete(message);
        }
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    process.close();
  }
}
