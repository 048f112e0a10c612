package org.yimmo.wsgi.console.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/** A person at a terminal: reads lines, with completion and history, and has them executed. */
final class Dialogue {
  private static final String GREETING =
      "help lists the commands, Tab completes them, exit or Ctrl-D leaves the console.";

  private final CommandSession session;
  private final Terminal terminal;
  private final String prompt;
  private final Consumer<String> execute;
  private final LineReader reader;

  Dialogue(
      Gogo gogo,
      CommandSession session,
      Terminal terminal,
      String prompt,
      Consumer<String> execute) {
    this.session = session;
    this.terminal = terminal;
    this.prompt = prompt;
    this.execute = execute;
    reader =
        LineReaderBuilder.builder()
            .appName("yimmo-wsgi")
            .terminal(terminal)
            .parser(new Parser())
            .highlighter(new Highlighter(session))
            .completer(new Completion(gogo, session))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.AUTO_FRESH_LINE, true)
            .build();
    historyFile().ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
  }

  /** In the folder for the state of the user; none if it cannot be made. */
  private static Optional<Path> historyFile() {
    var state = System.getenv().getOrDefault("XDG_STATE_HOME", "");
    var parent =
        state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    try {
      var folder = Files.createDirectories(parent.resolve("yimmo-wsgi"));
      return Optional.of(folder.resolve("console-history"));
    } catch (IOException _) {
      return Optional.empty(); // the history lasts as long as the conversation
    }
  }

  /** <em>Blocks:</em> until the person or the terminal has left. */
  void run() {
    terminal.handle(
        Terminal.Signal.INT,
        _ -> Optional.ofNullable(session.foregroundJob()).ifPresent(job -> job.interrupt()));
    terminal.writer().println(GREETING);
    while (true) {
      try {
        var line = reader.readLine(prompt).strip();
        if (line.equals("exit") || line.equals("quit")) {
          return;
        }
        if (!line.isEmpty()) {
          execute.accept(line);
        }
      } catch (UserInterruptException _) {
        // Ctrl-C drops the line
      } catch (EndOfFileException _) {
        return;
      }
    }
  }
}
