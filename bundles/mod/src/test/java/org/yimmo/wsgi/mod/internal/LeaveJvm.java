package org.yimmo.wsgi.mod.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/** A process that ends while a request is still in Python. */
final class LeaveJvm {
  private LeaveJvm() {}

  public static void main(String[] arguments) throws Exception {
    var application =
        LivePython.application(
            """
            import atexit, time
            atexit.register(print, "atexit function ran")
            def app(environ, start_response):
                start_response("200 OK", [])
                environ["wsgi.input"].read()
                while True:
                    time.sleep(0.01)
            """);
    var inside = new CountDownLatch(1);
    var worker =
        new Thread(
            null,
            new FutureTask<>(() ->
                application.call(
                    new FakeEnviron().with(FakeInput.onDisk("x", inside::countDown)),
                    new FakeStartResponse())),
            "worker",
            64L << 20);
    worker.setDaemon(true);
    worker.start();
    inside.await();

    LivePython.end();

    System.out.println("left");
    System.exit(0);
  }
}
