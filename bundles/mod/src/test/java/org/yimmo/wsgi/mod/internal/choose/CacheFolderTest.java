package org.yimmo.wsgi.mod.internal.choose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that can be made again lie where nobody else can write. */
class CacheFolderTest {
  @TempDir Path folder;

  private CacheFolder withoutHome() throws IOException {
    Files.writeString(folder.resolve("home"), "a file");
    return new CacheFolder(folder.resolve("home/.cache"), folder);
  }

  @Test
  void isInTheHomeOfTheUser() {
    var cache = new CacheFolder(folder.resolve("home/.cache"), folder);

    assertEquals(folder.resolve("home/.cache/yimmo-wsgi/things"), cache.folder("things"));
    assertTrue(Files.isDirectory(folder.resolve("home/.cache/yimmo-wsgi/things")));
  }

  @Test
  void isAPrivateTemporaryFolderWithoutAHome() throws Exception {
    var cache = withoutHome();

    var things = cache.folder("things");

    assertTrue(things.getParent().getFileName().toString().matches("yimmo-wsgi-\\d+"));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(things.getParent())));
    assertEquals(things, cache.folder("things"));
  }

  @Test
  void aTemporaryFolderThatOthersCanWriteToIsNotUsed() throws Exception {
    var cache = withoutHome();
    var root = cache.folder("things").getParent();
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertNotEquals(root, cache.folder("things").getParent());
  }

  @Test
  void aLinkInPlaceOfTheTemporaryFolderIsNotUsed() throws Exception {
    var cache = withoutHome();
    var root = cache.folder("things").getParent();
    Files.move(root, folder.resolve("elsewhere"));
    Files.createSymbolicLink(root, folder.resolve("elsewhere"));

    assertNotEquals(root, cache.folder("things").getParent());
  }
}
