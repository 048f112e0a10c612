package org.yimmo.wsgi.mod.internal;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Input;

/** An environ made of a map. */
final class FakeEnviron implements Environ {
  private final Map<String, String> variables = new LinkedHashMap<>();
  private Input input = FakeInput.inMemory("");
  private String urlScheme = "http";
  private boolean multithread;
  private boolean multiprocess;

  FakeEnviron() {
    with("REQUEST_METHOD", "GET").with("SCRIPT_NAME", "").with("PATH_INFO", "/");
    with("QUERY_STRING", "").with("SERVER_NAME", "127.0.0.1").with("SERVER_PORT", "8081");
    with("SERVER_PROTOCOL", "HTTP/1.1").with("REMOTE_ADDR", "127.0.0.1");
  }

  FakeEnviron with(String name, String value) {
    variables.put(name, value);
    return this;
  }

  FakeEnviron with(Input content) {
    input = content;
    return this;
  }

  FakeEnviron https() {
    urlScheme = "https";
    return this;
  }

  FakeEnviron withThreads() {
    multithread = true;
    return this;
  }

  FakeEnviron withProcesses() {
    multiprocess = true;
    return this;
  }

  @Override
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super String> each) {
    variables.forEach(each);
  }

  @Override
  public Input input() {
    return input;
  }

  @Override
  public PrintWriter errors() {
    return new PrintWriter(System.err, true, StandardCharsets.UTF_8);
  }

  @Override
  public String urlScheme() {
    return urlScheme;
  }

  @Override
  public boolean multithread() {
    return multithread;
  }

  @Override
  public boolean multiprocess() {
    return multiprocess;
  }
}
