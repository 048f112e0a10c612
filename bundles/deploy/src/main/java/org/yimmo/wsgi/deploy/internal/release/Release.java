package org.yimmo.wsgi.deploy.internal.release;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A version of an application that is kept on disk.
 *
 * @param name of the application
 * @param number counts the releases of the application
 * @param location what is installed as a bundle
 * @param version for people; may be empty
 * @param place where it is mounted, if that is known before it starts
 * @param drop the file or folder that it was made of
 * @param stamp what that looked like
 */
public record Release(
    String name,
    int number,
    Kind kind,
    Path location,
    String version,
    Optional<Place> place,
    String drop,
    String stamp) {}
