// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * House style, sections 4, 5 and 14, as rules over the classes below one root package.
 *
 * <p>A <em>room</em> is the package right below the root ({@code io.sluice.flow}, {@code io.sluice.ingress}), a
 * <em>core</em> a package named {@code core} in a room. {@code packet} and {@code model} are cores as a whole. The root
 * is a parameter so that the same rules run over the house and over a small tree of fixtures that breaks each of them.
 */
final class HouseRules {

    /** Cores a core may know besides its own; {@code packet} and {@code model} are open to every core. */
    private static final Map<String, Set<String>> CORES_KNOWN =
            Map.of("ingress", Set.of("flow", "hashing", "selection", "geneve"));

    /** The packet memory and the two sides of a socket: what packets pass through, without any I/O in it. */
    private static final Set<String> DATAGRAM_CONTRACT = Set.of("DatagramPort", "DatagramReceiver", "PacketSlab");

    /** Cores that packets pass through. */
    private static final Set<String> CORES_OF_PACKETS = Set.of("geneve", "ingress");

    /**
     * Cores that a room's shells may know besides its own: the API shows what decides, by the code that does; the store keeps the
     * changes that the API's core finds.
     */
    private static final Map<String, Set<String>> CORES_KNOWN_BY_SHELLS =
            Map.of("api", Set.of("selection", "hashing"), "store", Set.of("api"));

    /** Libraries that compute and nothing else: no I/O, no threads, no clock. */
    private static final List<String> LIBRARIES_OF_CORES =
            List.of("java.", "javax.crypto.", "org.jspecify.", "com.dynatrace.hash4j.", "org.agrona.");

    /** Packages of the JDK that are I/O, threads or logs, and so not for a core. */
    private static final List<String> JDK_NOT_FOR_CORES =
            List.of("java.nio.channels.", "java.nio.file.", "java.util.logging.", "java.util.concurrent.locks.");

    /** Rooms that make up a gateway and get their settings through constructors; the others are processes. */
    private static final Set<String> ROOMS_WITHOUT_SETTINGS = Set.of(
            "model",
            "packet",
            "datagram",
            "sharding",
            "bus",
            "observe",
            "flow",
            "hashing",
            "records",
            "selection",
            "health",
            "geneve",
            "ingress",
            "api",
            "store");

    /** Types a verticle obtains in {@code start()} and gives back in {@code stop()}: its only mutable fields. */
    private static final List<String> REGISTRATION_HANDLES =
            List.of("io.vertx.core.eventbus.MessageConsumer", "io.vertx.core.http.HttpServer", "io.vertx.core.Timer");

    private static final Pattern ADDRESS = Pattern.compile("sluice\\.[a-z][a-z0-9-]*\\..*");
    private static final Pattern VERSIONED_ADDRESS = Pattern.compile("sluice\\.[a-z0-9.-]+\\.v[0-9]+\\b.*");
    private static final Pattern CODEC_VERSION = Pattern.compile("V([0-9]+)$");

    private final String root;

    HouseRules(String root) {
        this.root = root;
    }

    /** A core, {@code packet} or {@code model} knows the JDK, JSpecify, two computing libraries and what it may of ours. */
    ArchRule coresArePure() {
        return classes()
                .that(are("in a core", this::isCore))
                .should(condition("know only what computes", (javaClass, problems) -> {
                    javaClass.getDirectDependenciesFromSelf().stream()
                            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                            .filter(target -> !target.isPrimitive()
                                    && !target.getPackageName().startsWith(root))
                            .map(JavaClass::getName)
                            .distinct()
                            .filter(name -> !mayBeUsedByCore(javaClass, name))
                            .forEach(name -> problems.accept(javaClass, "uses " + name));
                }))
                .because("a core computes: no toolkit, no cluster, no channel, no log (house style, section 4)");
    }

    /** A core is told the time. */
    ArchRule coresReadNoClock() {
        return classes()
                .that(are("in a core", this::isCore))
                .should(condition("read no clock", (javaClass, problems) -> {
                    javaClass.getAccessesFromSelf().stream()
                            .filter(HouseRules::readsClock)
                            .forEach(access -> problems.accept(javaClass, access.getDescription()));
                    javaClass.getDirectDependenciesFromSelf().stream()
                            .filter(dependency -> isClockType(dependency.getTargetClass()))
                            .forEach(dependency -> problems.accept(javaClass, dependency.getDescription()));
                }))
                .because("time is passed down as nowNs, read once per batch (house style, section 6)");
    }

    /** One writer, so no locks in a core. */
    ArchRule coresDoNotSynchronize() {
        return classes()
                .that(are("in a core", this::isCore))
                .should(condition("hold no monitor", (javaClass, problems) -> {
                    javaClass.getMethods().stream()
                            .filter(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
                            .map(JavaMethod::getName)
                            .forEach(name -> problems.accept(javaClass, "synchronized method " + name));
                    Bytecode.of(javaClass)
                            .methodsWithMonitors()
                            .forEach(name -> problems.accept(javaClass, "synchronized block in " + name));
                }))
                .because("a table belongs to one event loop (house style, section 6)");
    }

    /** Which of our own packages a core knows: its own, {@code packet}, {@code model}, and the exact list above. */
    ArchRule coresKnowTheirOwn() {
        return classes()
                .that(are("in a core", this::isCore))
                .should(condition("know only packet, model and the cores listed", (javaClass, problems) -> {
                    ours(javaClass)
                            .filter(target -> !coreMayKnow(javaClass, target))
                            .forEach(target -> problems.accept(javaClass, "uses " + target.getName()));
                }))
                .because("only ingress.core composes the cores of other rooms: that is the fast path");
    }

    /** Outside the cores nobody but the wiring knows another room's core. */
    ArchRule coresAreKnownByTheirRoom() {
        return classes()
                .that(are(
                        "outside the cores",
                        javaClass -> !isCore(javaClass) && !room(javaClass).equals("node")))
                .should(condition("know no other room's core", (javaClass, problems) -> {
                    ours(javaClass)
                            .filter(target -> inPackage(target, room(target) + ".core"))
                            .filter(target -> !room(target).equals(room(javaClass)))
                            .filter(target -> !CORES_KNOWN_BY_SHELLS
                                    .getOrDefault(room(javaClass), Set.of())
                                    .contains(room(target)))
                            .forEach(target -> problems.accept(javaClass, "uses " + target.getName()));
                }))
                .because("rooms talk by messages; gateway-node wires their constructors (house style, section 4)");
    }

    /** Snapshots take long, so one place makes them, and it refuses to on an event loop. */
    ArchRule snapshotsAreMadeInOnePlace() {
        return classes()
                .that(are(
                        "outside selection's core and feed",
                        javaClass ->
                                !inPackage(javaClass, "selection.core") && !inPackage(javaClass, "selection.feed")))
                .should(condition("make no snapshots", (javaClass, problems) -> {
                    javaClass.getAccessesFromSelf().stream()
                            .filter(this::makesSnapshot)
                            .forEach(access -> problems.accept(javaClass, access.getDescription()));
                }))
                .because("packets wait for event loops (ADR 0008); TargetSets hands finished snapshots out");
    }

    private boolean makesSnapshot(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        return owner.equals(root + ".selection.core.SelectionInputs")
                || (owner.equals(root + ".selection.core.TargetSetSnapshot")
                        && access.getName().equals("of"));
    }

    /** Verticles meet on the bus. */
    ArchRule verticlesDoNotKnowEachOther() {
        return classes()
                .that(are("a verticle's", javaClass -> inPackage(javaClass, room(javaClass) + ".verticle")))
                .should(condition("know no other verticle", (javaClass, problems) -> {
                    ours(javaClass)
                            .filter(target -> inPackage(target, room(target) + ".verticle"))
                            .filter(target -> !room(target).equals(room(javaClass)))
                            .forEach(target -> problems.accept(javaClass, "uses " + target.getName()));
                }))
                .because("a verticle knows messages, its own core and the bus (house style, section 4)");
    }

    /** Shells of one shape. */
    ArchRule verticlesAreThinShells() {
        return classes()
                .that(are("verticles", HouseRules::isVerticle))
                .should(condition(
                        "extend VerticleBase, have one constructor and final fields", (javaClass, problems) -> {
                            if (!javaClass.isAssignableTo("io.vertx.core.VerticleBase")) {
                                problems.accept(javaClass, "does not extend VerticleBase");
                            }
                            if (javaClass.getConstructors().size() != 1) {
                                problems.accept(
                                        javaClass,
                                        "has " + javaClass.getConstructors().size() + " constructors");
                            }
                            javaClass.getFields().stream()
                                    .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                                    .filter(field -> !isRegistrationHandle(field))
                                    .forEach(field ->
                                            problems.accept(javaClass, "has the mutable field " + field.getName()));
                        }))
                .because("state belongs to a core that is handed in (house style, section 5)");
    }

    /** The command line talks HTTP. */
    ArchRule cliKnowsTheModelOnly() {
        return onlyKnows("cli", Set.of("model"), "gateway-cli depends on shared-model alone of ours");
    }

    /** The lab judges the gateway and so shares no code with it. */
    ArchRule labKnowsNoneOfOurs() {
        return onlyKnows("lab", Set.of(), "a checker that shares code with the checked proves nothing");
    }

    /** Benchmarks, the lab and the test kit stand outside. */
    ArchRule nothingKnowsLabPerfOrTestkit() {
        Set<String> outside = Set.of("lab", "perf", "testkit");
        return classes()
                .that(are("outside lab, perf and testkit", javaClass -> !outside.contains(room(javaClass))))
                .should(condition("know none of them", (javaClass, problems) -> {
                    ours(javaClass)
                            .filter(target -> outside.contains(room(target)))
                            .forEach(target -> problems.accept(javaClass, "uses " + target.getName()));
                }))
                .because("nothing ships what measures or tests it (house style, section 4)");
    }

    /** Reads the description of the admin port out of its own jar: no setting. */
    private static final String CONTRACT = "io.sluice.api.contract.Contract";

    /** Only gateway-node reads configuration. */
    ArchRule onlyNodeReadsConfiguration() {
        return classes()
                .that(are("rooms of a gateway", javaClass -> ROOMS_WITHOUT_SETTINGS.contains(room(javaClass))))
                .should(condition("read no environment, property or configuration file", (javaClass, problems) -> {
                    javaClass.getAccessesFromSelf().stream()
                            .filter(HouseRules::readsSetting)
                            .forEach(access -> problems.accept(javaClass, access.getDescription()));
                    javaClass.getDirectDependenciesFromSelf().stream()
                            .filter(dependency ->
                                    dependency.getTargetClass().getPackageName().startsWith("org.snakeyaml"))
                            .filter(dependency -> !javaClass.getFullName().equals(CONTRACT))
                            .forEach(dependency -> problems.accept(javaClass, dependency.getDescription()));
                }))
                .because("settings arrive through constructors (house style, section 4)");
    }

    /** Rooms do not depend on each other in circles. */
    ArchRule roomsAreFreeOfCycles() {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** Addresses are written in one place. */
    ArchRule addressesAreWrittenInOnePlace() {
        return classes()
                .that(are("outside model.address", javaClass -> !inPackage(javaClass, "model.address")))
                .should(condition("hold no bus address", (javaClass, problems) -> {
                    Pattern forbidden = knowsTheBus(javaClass) ? ADDRESS : VERSIONED_ADDRESS;
                    Bytecode.of(javaClass).strings().stream()
                            .filter(text -> forbidden.matcher(text).matches())
                            .forEach(text -> problems.accept(javaClass, "holds the address \"" + text + "\""));
                }))
                .because("BusAddresses binds the string, the types and the deadline (house style, section 5)");
    }

    /**
     * Every message is a record with a codec of its own and a byte fixture for each version of it.
     *
     * <p>Convention: {@code model.wire} has a class whose name starts with the message's and that uses the message, its
     * name ending in {@code V<n>} where the version is not 1; the fixture is
     * {@code <fixtures>/<Message>.v<n>.hex}.
     *
     * @param fixtures directory of the byte fixtures
     */
    ArchRule messagesHaveCodecAndFixture(Path fixtures) {
        return classes()
                .that(are(
                        "messages",
                        javaClass -> javaClass.getPackageName().equals(root + ".model.message")
                                && javaClass.isTopLevelClass()
                                && !javaClass.getSimpleName().equals("package-info")))
                .should(condition("be records with a codec and a fixture", (javaClass, problems) -> {
                    if (!javaClass.isRecord()) {
                        problems.accept(javaClass, "is no record");
                    }
                    List<String> versions = codecVersions(javaClass);
                    if (versions.isEmpty()) {
                        problems.accept(javaClass, "has no codec in model.wire");
                    }
                    for (String version : versions) {
                        String fixture = javaClass.getSimpleName() + ".v" + version + ".hex";
                        if (!Files.isRegularFile(fixtures.resolve(fixture))) {
                            problems.accept(javaClass, "has no fixture " + fixture);
                        }
                    }
                }))
                .because("every version ever released keeps a decoder and a committed byte fixture");
    }

    private List<String> codecVersions(JavaClass message) {
        List<String> versions = new ArrayList<>();
        message.getDirectDependenciesToSelf().stream()
                .map(dependency -> dependency.getOriginClass())
                .filter(origin -> origin.getPackageName().equals(root + ".model.wire"))
                .map(HouseRules::topLevelName)
                .filter(name -> name.startsWith(message.getSimpleName() + "Codec"))
                .distinct()
                .forEach(name -> {
                    Matcher version = CODEC_VERSION.matcher(name);
                    versions.add(version.find() ? version.group(1) : "1");
                });
        return versions;
    }

    private ArchRule onlyKnows(String room, Set<String> known, String reason) {
        return classes()
                .that(are("in " + room, javaClass -> room(javaClass).equals(room)))
                .should(condition("know of ours only " + known, (javaClass, problems) -> {
                    ours(javaClass)
                            .filter(target -> !room(target).equals(room) && !known.contains(room(target)))
                            .forEach(target -> problems.accept(javaClass, "uses " + target.getName()));
                }))
                .because(reason);
    }

    private boolean mayBeUsedByCore(JavaClass javaClass, String name) {
        List<String> libraries =
                room(javaClass).equals("model") ? List.of("java.", "org.jspecify.") : LIBRARIES_OF_CORES;
        return libraries.stream().anyMatch(name::startsWith)
                && JDK_NOT_FOR_CORES.stream().noneMatch(name::startsWith);
    }

    private boolean coreMayKnow(JavaClass javaClass, JavaClass target) {
        String room = room(javaClass);
        String other = room(target);
        if (room.equals("model")) {
            return other.equals("model");
        }
        if (other.equals("packet") || other.equals("model")) {
            return true;
        }
        if (other.equals("datagram")) {
            return CORES_OF_PACKETS.contains(room) && DATAGRAM_CONTRACT.contains(target.getSimpleName());
        }
        return inPackage(target, other + ".core")
                && (other.equals(room)
                        || CORES_KNOWN.getOrDefault(room, Set.of()).contains(other));
    }

    private boolean isCore(JavaClass javaClass) {
        String room = room(javaClass);
        return room.equals("packet")
                || room.equals("model")
                || (!room.isEmpty() && inPackage(javaClass, room + ".core"));
    }

    private boolean inPackage(JavaClass javaClass, String below) {
        String name = javaClass.getPackageName();
        String wanted = root + "." + below;
        return name.equals(wanted) || name.startsWith(wanted + ".");
    }

    /** The package right below the root, or empty for a class that is not ours. */
    private String room(JavaClass javaClass) {
        String name = javaClass.getPackageName() + ".";
        if (!name.startsWith(root + ".") || name.length() == root.length() + 1) {
            return "";
        }
        return name.substring(root.length() + 1, name.indexOf('.', root.length() + 1));
    }

    private Stream<JavaClass> ours(JavaClass javaClass) {
        return javaClass.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                .filter(target -> !room(target).isEmpty())
                .distinct();
    }

    private boolean knowsTheBus(JavaClass javaClass) {
        return javaClass.getDirectDependenciesFromSelf().stream()
                .map(dependency -> dependency.getTargetClass())
                .anyMatch(target -> target.getPackageName().startsWith("io.vertx.core.eventbus")
                        || inPackage(target, "bus")
                        || inPackage(target, "model.address"));
    }

    private static boolean isVerticle(JavaClass javaClass) {
        return !javaClass.isInterface()
                && (javaClass.getSimpleName().endsWith("Verticle")
                        || javaClass.isAssignableTo("io.vertx.core.VerticleBase")
                        || javaClass.isAssignableTo("io.vertx.core.AbstractVerticle"));
    }

    private boolean isRegistrationHandle(JavaField field) {
        JavaClass type = field.getRawType();
        return REGISTRATION_HANDLES.contains(type.getName())
                || inPackage(type, "bus")
                || (type.getName().equals("long") && field.getName().endsWith("TimerId"));
    }

    private static boolean readsClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getName();
        return (owner.equals("java.lang.System") && (name.equals("nanoTime") || name.equals("currentTimeMillis")))
                || (owner.startsWith("java.time.") && name.equals("now"));
    }

    private static boolean isClockType(JavaClass type) {
        return type.getName().equals("java.time.Clock") || type.getName().equals("java.time.InstantSource");
    }

    private static boolean readsSetting(JavaAccess<?> access) {
        String name = access.getName();
        return switch (access.getTargetOwner().getName()) {
            case "java.lang.System" ->
                name.equals("getenv") || name.equals("getProperty") || name.equals("getProperties");
            case "java.lang.Integer" -> name.equals("getInteger");
            case "java.lang.Long" -> name.equals("getLong");
            case "java.lang.Boolean" -> name.equals("getBoolean");
            default -> false;
        };
    }

    private static String topLevelName(JavaClass javaClass) {
        JavaClass top = javaClass;
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        return top.getSimpleName();
    }

    private static DescribedPredicate<JavaClass> are(String description, Function<JavaClass, Boolean> test) {
        return DescribedPredicate.describe(description, test::apply);
    }

    private static ArchCondition<JavaClass> condition(
            String description, BiConsumer<JavaClass, BiConsumer<JavaClass, String>> check) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                check.accept(
                        javaClass,
                        (where, problem) ->
                                events.add(SimpleConditionEvent.violated(where, where.getName() + " " + problem)));
            }
        };
    }
}
