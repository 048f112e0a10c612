package org.yimmo.wsgi.itests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yimmo.wsgi.itests.support.Distribution;
import org.yimmo.wsgi.itests.support.Distribution.ShippedBundle;

/** The walls of the house, in the classes of the bundles that ship. */
class WallsIT {
  private static final String ROOT = "org.yimmo.wsgi.";

  /** Which packages of others each bundle may use: the arrows of the design, all of them. */
  static final Map<String, Set<String>> ARROWS =
      Map.of(
          "exchange", Set.of(),
          "session", Set.of("exchange"),
          "server", Set.of("session", "exchange"),
          "context", Set.of("exchange"),
          "worker", Set.of("context", "application", "exchange"),
          "mod", Set.of("application"),
          "deploy", Set.of("application"),
          "proc", Set.of(),
          "cli", Set.of(),
          "console", Set.of());

  private static JavaClasses classes;

  @BeforeAll
  static void importShippedClasses() {
    classes = imported(Distribution.ourBundles());
  }

  private static JavaClasses imported(List<ShippedBundle> bundles) {
    return new ClassFileImporter().importJars(bundles.stream().map(WallsIT::jarFile).toList());
  }

  private static JarFile jarFile(ShippedBundle bundle) {
    try {
      return new JarFile(bundle.jar().toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + bundle, e);
    }
  }

  static Stream<String> bundles() {
    return ARROWS.keySet().stream().sorted();
  }

  @Test
  void everyBundleOfTheDesignShips() {
    assertEquals(
        bundles().map(ROOT::concat).collect(joining(" ")),
        Distribution.ourBundles().stream()
            .map(ShippedBundle::symbolicName)
            .sorted()
            .collect(joining(" ")));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void usesOnlyTheBundlesItsArrowsPointTo(String bundle) {
    holds(
        noClasses()
            .that(inBundle(bundle))
            .should()
            .dependOnClassesThat(
                inThisProject()
                    .and(DescribedPredicate.not(inBundle(bundle)))
                    .and(
                        DescribedPredicate.not(
                            resideInAnyPackage(
                                ARROWS.get(bundle).stream()
                                    .map(ROOT::concat)
                                    .toArray(String[]::new))))));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void neverTouchesTheInternalsOfAnother(String bundle) {
    holds(
        noClasses()
            .that(inBundle(bundle))
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + "*.internal..")
                    .and(DescribedPredicate.not(inBundle(bundle)))));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void keepsToItsOwnPackages(String bundle) {
    var shipped =
        Distribution.ourBundles().stream()
            .filter(one -> one.symbolicName().equals(ROOT + bundle))
            .toList();

    noClasses().should().resideOutsideOfPackages(packagesOf(bundle)).check(imported(shipped));
  }

  @Test
  void nettyNeverLeavesTheServerAndTheLinesThatPassSockets() {
    holds(
        noClasses()
            .that(
                DescribedPredicate.not(inBundle("server"))
                    .and(DescribedPredicate.not(resideInAPackage(ROOT + "proc.internal.sockets"))))
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty..")));
  }

  @Test
  void foreignMemoryNeverLeavesMod() {
    holds(
        noClasses()
            .that(DescribedPredicate.not(inBundle("mod")))
            .should()
            .dependOnClassesThat(resideInAPackage("java.lang.foreign..")));
  }

  @Test
  void gogoAndJlineNeverLeaveTheConsole() {
    holds(
        noClasses()
            .that(DescribedPredicate.not(inBundle("console")))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    "org.jline..", "org.apache.felix.gogo..", "org.apache.felix.service..")));
  }

  @Test
  void noCyclesBetweenPackages() {
    holds(slices().matching(ROOT + "(**)").should().beFreeOfCycles());
  }

  @Test
  void nobodySleeps() {
    holds(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    holds(noClasses().should().callMethod(Thread.class, "sleep", Duration.class));
  }

  @Test
  void onlyTheCommandLinePrints() {
    holds(
        noClasses()
            .that(
                DescribedPredicate.not(inBundle("cli"))
                    .and(DescribedPredicate.not(inBundle("proc")))
                    .and(DescribedPredicate.not(inBundle("server"))))
            .should()
            .accessField(System.class, "out"));
  }

  private static void holds(ArchRule rule) {
    rule.check(classes);
  }

  private static String[] packagesOf(String bundle) {
    return bundle.equals("context")
        ? new String[] {ROOT + "context..", ROOT + "application.."}
        : new String[] {ROOT + bundle + ".."};
  }

  private static DescribedPredicate<JavaClass> inBundle(String bundle) {
    return resideInAnyPackage(packagesOf(bundle));
  }

  private static DescribedPredicate<JavaClass> inThisProject() {
    return describe("of this project", type -> type.getPackageName().startsWith(ROOT));
  }
}
