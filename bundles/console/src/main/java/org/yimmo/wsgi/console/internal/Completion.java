package org.yimmo.wsgi.console.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.osgi.framework.Bundle;

/**
 * Completes names of commands, and after them: what our commands can be told, the names of commands
 * after {@code help}, and bundles after the commands of Felix.
 */
record Completion(Gogo gogo, CommandSession session) implements Completer {
  private static final Set<String> OF_BUNDLES =
      Set.of(
          "bundlelevel",
          "diagnose",
          "headers",
          "refresh",
          "resolve",
          "start",
          "stop",
          "uninstall",
          "update");

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (line.wordIndex() == 0) {
      names(line.word()).distinct().map(Candidate::new).forEach(candidates::add);
      return;
    }
    var name = line.words().getFirst();
    var command = gogo.commands().find(name);
    if (command.isPresent()) {
      command.get().words().map(Candidate::new).forEach(candidates::add);
      if (command.get().name().equals("help")) {
        gogo.commands().all().forEach(other -> candidates.add(new Candidate(other.name())));
      }
    } else if (OF_BUNDLES.contains(name.substring(name.indexOf(':') + 1))) {
      Arrays.stream(gogo.context().getBundles()).map(Completion::bundle).forEach(candidates::add);
    }
  }

  /** With their scopes only when one is typed. */
  private Stream<String> names(String typed) {
    var scoped = typed.indexOf(':') >= 0;
    return gogo.names()
        .filter(name -> !name.contains(":_"))
        .map(name -> scoped ? name : name.substring(name.indexOf(':') + 1));
  }

  private static Candidate bundle(Bundle bundle) {
    var id = Long.toString(bundle.getBundleId());
    return new Candidate(id, id + " " + bundle.getSymbolicName(), null, null, null, null, true);
  }
}
