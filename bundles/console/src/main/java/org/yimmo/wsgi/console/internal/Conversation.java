package org.yimmo.wsgi.console.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.yimmo.wsgi.console.internal.Frames.Kind;

/** One client of the console, from its request to its exit status. */
final class Conversation {
  private static final System.Logger LOG = System.getLogger(Conversation.class.getName());
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final String SCOPES = Command.SCOPE + ":gogo:felix:*";

  private final Gogo gogo;
  private final String prompt;
  private final Frames frames;
  private final Typed typed = new Typed();
  private final PrintStream out;
  private final PrintStream err;

  private volatile Consumer<Size> resized = _ -> {}; // called by the thread that reads
  private volatile Runnable left = () -> {}; // likewise

  /** <em>Owner:</em> the caller closes the channel. */
  Conversation(Gogo gogo, String prompt, SocketChannel channel) {
    this.gogo = gogo;
    this.prompt = prompt;
    frames = new Frames(channel);
    out = new PrintStream(frames.stream(Kind.OUTPUT), true, UTF_8);
    err = new PrintStream(frames.stream(Kind.ERROR), true, UTF_8);
  }

  /** <em>Blocks:</em> as long as the client stays and its commands take. */
  void run() throws IOException {
    var first = frames.read();
    if (first.isEmpty()) {
      return; // somebody looked whether there is a console
    }
    if (first.get().kind() != Kind.REQUEST) {
      throw new IOException("a conversation begins with a request");
    }
    var request = Request.parse(first.get().text());
    Thread.ofPlatform().daemon().name("yimmo-console-input").start(this::read);
    var status = request.terminal().isPresent() ? interactive(request) : plain(request);
    frames.write(Kind.EXIT, Integer.toString(status));
  }

  // --- the thread that reads

  private void read() {
    try {
      for (var next = frames.read(); next.isPresent(); next = frames.read()) {
        take(next.get());
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a console has ended: {0}", e.getMessage());
    }
    typed.end();
    left.run();
  }

  private void take(Frames.Frame frame) throws IOException {
    switch (frame.kind()) {
      case INPUT -> typed.add(frame.data());
      case SIZE -> {
        var size = frame.text().split(" ", 2);
        resized.accept(new Size(Request.size(size[0]), Request.size(size[size.length - 1])));
      }
      default -> throw new IOException("a frame of the kind " + frame.kind() + " from a client");
    }
  }

  // --- the thread of the connection

  /** One command, or one line after the other; not at a terminal. */
  private int plain(Request request) throws IOException {
    try (var terminal = new DumbTerminal("yimmo", Terminal.TYPE_DUMB, typed, out, UTF_8);
        var session = gogo.processor().createSession(typed, out, err)) {
      terminal.setSize(new Size(request.columns(), request.rows()));
      prepare(session, terminal);
      if (request.command().isPresent()) {
        return execute(session, request.command().get(), err) ? DONE : FAILED;
      }
      var status = DONE;
      var lines = new BufferedReader(new InputStreamReader(typed, UTF_8));
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !execute(session, line, err)) {
          status = FAILED;
        }
      }
      return status;
    }
  }

  private int interactive(Request request) throws IOException {
    try (var terminal =
            new ExternalTerminal("yimmo", request.terminal().orElseThrow(), typed, out, UTF_8);
        var session =
            gogo.processor()
                .createSession(terminal.input(), terminal.output(), terminal.output())) {
      terminal.setSize(new Size(request.columns(), request.rows()));
      resized =
          size -> {
            terminal.setSize(size);
            terminal.raise(Terminal.Signal.WINCH);
          };
      prepare(session, terminal);
      var shown = new PrintStream(terminal.output(), true, UTF_8);
      new Dialogue(gogo, session, terminal, prompt, line -> execute(session, line, shown)).run();
      return DONE;
    }
  }

  private void prepare(CommandSession session, Terminal terminal) {
    session.put(Shell.VAR_TERMINAL, terminal);
    session.put(Shell.VAR_SCOPE, SCOPES);
    session.put(Shell.VAR_CONTEXT, gogo.context());
    session.put(Shell.VAR_PROCESSOR, gogo.processor());
    session.put(Shell.VAR_SESSION, session);
    left = () -> Optional.ofNullable(session.foregroundJob()).ifPresent(job -> job.interrupt());
  }

  /** Whether it went well. */
  private static boolean execute(CommandSession session, String line, PrintStream err) {
    try {
      var result = session.execute(line);
      if (result != null) {
        session.getConsole().println(session.format(result, Converter.INSPECT));
      }
      return true;
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "a command has failed", e);
      err.println(Fault.sentence(e));
      return false;
    } finally {
      session.getConsole().flush();
    }
  }
}
