package org.yimmo.wsgi.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Distribution;
import org.yimmo.wsgi.itests.support.Distribution.ShippedBundle;

/** The walls of the house, in the manifests of the bundles that ship. */
class ManifestIT {
  static Stream<ShippedBundle> ourBundles() {
    return Distribution.ourBundles().stream();
  }

  static Stream<ShippedBundle> allBundles() {
    return Distribution.bundles().stream();
  }

  @ParameterizedTest
  @MethodSource("allBundles")
  void everythingUnderBundlesIsABundle(ShippedBundle bundle) {
    assertFalse(bundle.symbolicName().isEmpty());
  }

  @Test
  void noBundleShipsTwice() {
    var seen = new TreeSet<String>();
    for (var bundle : Distribution.bundles()) {
      assertTrue(seen.add(bundle.symbolicName()), "twice: " + bundle.symbolicName());
    }
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void requiresPackagesAndNeverBundles(ShippedBundle bundle) {
    assertTrue(bundle.header("Require-Bundle").isEmpty());
    assertTrue(bundle.header("DynamicImport-Package").isEmpty());
    assertTrue(bundle.header("Fragment-Host").isEmpty());
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void hasNoActivator(ShippedBundle bundle) {
    assertTrue(bundle.header("Bundle-Activator").isEmpty());
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void exportsPackagesWithAVersionAndNoInternals(ShippedBundle bundle) {
    for (var clause : clauses(bundle, "Export-Package")) {
      assertTrue(clause.contains(";version="), clause);
      assertFalse(nameIn(clause).contains(".internal"), clause);
    }
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void exportsOnlyWhatAnotherOneImports(ShippedBundle bundle) {
    var imported = new TreeSet<>(Set.of("org.yimmo.wsgi.application")); // by applications in Java
    ourBundles()
        .filter(other -> !other.symbolicName().equals(bundle.symbolicName()))
        .forEach(other -> imported.addAll(packages(other, "Import-Package")));

    for (var exported : packages(bundle, "Export-Package")) {
      assertTrue(imported.contains(exported), "nobody imports " + exported);
    }
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void importsNoInternalPackage(ShippedBundle bundle) {
    for (var imported : packages(bundle, "Import-Package")) {
      assertFalse(imported.contains(".internal"), imported);
    }
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void importsNettyOnlyWhereThereAreSockets(ShippedBundle bundle) {
    var netty =
        packages(bundle, "Import-Package").stream().anyMatch(name -> name.startsWith("io.netty."));

    var sockets = Set.of("org.yimmo.wsgi.server", "org.yimmo.wsgi.proc");
    assertEquals(sockets.contains(bundle.symbolicName()), netty);
  }

  @ParameterizedTest
  @MethodSource("ourBundles")
  void isNamedAfterItsRootPackage(ShippedBundle bundle) throws IOException {
    var root = bundle.symbolicName().replace('.', '/') + '/';
    try (var jar = new JarFile(bundle.jar().toFile())) {
      var strangers =
          jar.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.endsWith(".class") && !name.startsWith(root))
              .filter(name -> !alsoOf(bundle).stream().anyMatch(name::startsWith))
              .toList();

      assertTrue(strangers.isEmpty(), "outside of " + root + ": " + strangers);
    }
  }

  /** The application interface lives with the bundle that calls it. */
  private static Set<String> alsoOf(ShippedBundle bundle) {
    return bundle.symbolicName().equals("org.yimmo.wsgi.context")
        ? Set.of("org/yimmo/wsgi/application/")
        : Set.of();
  }

  private static List<String> packages(ShippedBundle bundle, String header) {
    return clauses(bundle, header).stream().map(ManifestIT::nameIn).toList();
  }

  private static String nameIn(String clause) {
    return clause.replaceFirst(";.*", "").strip();
  }

  /** The clauses of a header, which are parted by commas outside of quotes. */
  private static List<String> clauses(ShippedBundle bundle, String header) {
    return Stream.of(
            bundle.header(header).orElse("").split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
        .filter(clause -> !clause.isBlank())
        .toList();
  }
}
