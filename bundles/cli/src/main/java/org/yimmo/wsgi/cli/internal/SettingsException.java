package org.yimmo.wsgi.cli.internal;

/** A mistake in the settings; the message is one sentence for the user. */
final class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  SettingsException(String sentence) {
    super(sentence);
  }

  SettingsException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
