package org.yimmo.wsgi.exchange;

import org.osgi.annotation.versioning.ProviderType;

/** The session's end of an exchange: where the parts of its response arrive. */
@ProviderType
@FunctionalInterface
public interface ResponseReceiver {
  /**
   * Takes the next part of the response.
   *
   * <p><em>Thread:</em> the server thread. <em>Blocks:</em> never. <em>Owner:</em> the receiver
   * owns the part from here on, also when it throws.
   */
  void receive(ResponsePart part);
}
