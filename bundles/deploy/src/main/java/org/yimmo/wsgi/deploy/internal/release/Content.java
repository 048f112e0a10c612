package org.yimmo.wsgi.deploy.internal.release;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a drop became.
 *
 * @param location the folder or jar that is installed as a bundle
 * @param version for people; may be empty
 * @param place where it will be mounted, if that is known
 */
public record Content(
    String name, Kind kind, Path location, String version, Optional<Place> place) {}
