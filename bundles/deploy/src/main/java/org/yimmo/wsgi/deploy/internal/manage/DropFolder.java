package org.yimmo.wsgi.deploy.internal.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.yimmo.wsgi.deploy.internal.release.Examination;
import org.yimmo.wsgi.deploy.internal.release.Leftovers;

/** The folder that is watched. */
record DropFolder(Path path) {
  /**
   * What each drop in it looks like: a text that changes with the drop. Contents are not read.
   *
   * @throws IOException the folder cannot be read
   */
  Map<String, String> stamps() throws IOException {
    var stamps = new HashMap<String, String>();
    try (var files = Files.list(path)) {
      for (var file : files.filter(Examination::isDrop).toList()) {
        try {
          stamps.put(file.getFileName().toString(), stamp(file));
        } catch (NoSuchFileException _) {
          // gone since it was listed
        }
      }
    }
    return stamps;
  }

  /**
   * What people may have meant to be deployed, and is not.
   *
   * @throws IOException the folder cannot be read
   */
  Set<String> others() throws IOException {
    try (var files = Files.list(path)) {
      return files
          .filter(file -> !Examination.isDrop(file) && !Files.isDirectory(file))
          .map(file -> file.getFileName().toString())
          .filter(
              name -> !name.startsWith(".") && !name.endsWith("~") && !name.startsWith("README"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String stamp(Path drop) throws IOException {
    if (!Files.isDirectory(drop)) {
      return line(Files.readAttributes(drop, BasicFileAttributes.class));
    }
    var all = new CRC32();
    var files = add(drop, all);
    return files + " files, " + Long.toHexString(all.getValue());
  }

  private static long add(Path folder, CRC32 all) throws IOException {
    var files = 0L;
    for (var file : Leftovers.without(folder)) {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      all.update(file.toString().getBytes(UTF_8));
      if (attributes.isDirectory()) {
        files += add(file, all);
      } else {
        all.update(line(attributes).getBytes(UTF_8));
        files++;
      }
    }
    return files;
  }

  private static String line(BasicFileAttributes attributes) {
    return "%d octets, %d, %s"
        .formatted(
            attributes.size(),
            attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
            attributes.fileKey());
  }
}
