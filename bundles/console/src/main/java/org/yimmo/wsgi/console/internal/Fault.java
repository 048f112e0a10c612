package org.yimmo.wsgi.console.internal;

import org.apache.felix.gogo.runtime.CommandNotFoundException;

/** What is said when a command fails. */
final class Fault {
  private Fault() {}

  static String sentence(Exception failure) {
    return switch (failure) {
      case CommandNotFoundException unknown ->
          "there is no command \"%s\" in this process: help lists those that there are"
              .formatted(unknown.getCommand());
      case IllegalArgumentException wrong when wrong.getMessage() != null -> wrong.getMessage();
      case IllegalStateException impossible when impossible.getMessage() != null ->
          impossible.getMessage();
      case InterruptedException _ -> "interrupted";
      default -> failure.toString();
    };
  }
}
