package org.yimmo.wsgi.server.internal;

import java.util.Arrays;

/** Serves a hello from a thread of its own, to be measured: {@code HelloMain HOST:PORT [nio]}. */
final class HelloMain {
  private HelloMain() {}

  public static void main(String[] arguments) throws Exception {
    var workers =
        new TestWorker.Application[arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1];
    Arrays.fill(workers, TestWorker.text("Hello, world!\n"));
    try (var server =
        new TestServer.Builder()
            .bind(arguments[0])
            .transport(arguments.length > 1 ? arguments[1] : "auto")
            .open(workers)) {
      System.getLogger(HelloMain.class.getName()).log(System.Logger.Level.INFO, server.url());
      Thread.currentThread().join();
    }
  }
}
