package org.yimmo.wsgi.console.internal;

import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jline.terminal.Terminal;

/** Shows what commands give as wide as the terminal of the session is. */
final class ShownConverter implements Converter {
  @Override
  public Object convert(Class<?> desiredType, Object in) {
    return null; // it cannot
  }

  @Override
  public CharSequence format(Object target, int level, Converter session) {
    return level == INSPECT && Shown.fits(target) ? Shown.of(target, columns(session)) : null;
  }

  private static int columns(Converter session) {
    return session instanceof CommandSession command
            && command.get(Shell.VAR_TERMINAL) instanceof Terminal terminal
        ? terminal.getWidth()
        : 0;
  }
}
