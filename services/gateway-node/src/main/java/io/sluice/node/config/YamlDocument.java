// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The plain part of YAML: one document of mappings, lists and single values.
 *
 * <p>Aliases, tags, further documents, deep nesting and more nodes than a configuration needs are refused from the stream of
 * events, before a tree is built, so that no file makes a tree larger or deeper than itself, or takes all the memory.
 */
final class YamlDocument {

    /** The configuration needs 6. */
    private static final int DEPTH_MAX = 32;

    /**
     * Keys, values, and beginnings and ends of mappings and lists. 10,000 targets with 1,000 of everything else need half of
     * it; each takes some 350 bytes of heap while it is read, so that a few megabytes of text could take all there is.
     */
    static final int EVENTS_MAX = 1 << 19;

    /** The same of one resource: a target group with 300 targets needs an eighth of it. */
    static final int FRAGMENT_EVENTS_MAX = 1 << 15;

    /** What to say of an empty file. */
    static final String EMPTY_FILE = "the file is empty: expected at least target-groups, load-balancers and endpoints";

    private final String text;
    private final int eventsMax;
    private final String whenEmpty;
    private final LoadSettings settings;
    private final Problems problems;

    /** Those of the text, once it has been looked through. */
    private final List<Event> events = new ArrayList<>();

    private YamlDocument(String name, String text, int lengthMax, int eventsMax, String whenEmpty, Problems problems) {
        this.text = text;
        this.eventsMax = eventsMax;
        this.whenEmpty = whenEmpty;
        this.problems = problems;
        this.settings = LoadSettings.builder()
                .setLabel(name)
                .setUseMarks(true)
                .setCodePointLimit(lengthMax)
                .setMaxAliasesForCollections(0)
                .setAllowNonScalarKeys(true)
                .build();
    }

    /**
     * The tree of a text; null where there is none, or it is none, which then is a problem.
     *
     * @param name of the text, for messages
     * @param lengthMax characters, at most
     * @param eventsMax keys, values, and beginnings and ends, at most
     * @param whenEmpty what is wrong where there is nothing in it
     */
    static @Nullable Node compose(
            String name, String text, int lengthMax, int eventsMax, String whenEmpty, Problems problems) {
        return new YamlDocument(name, text, lengthMax, eventsMax, whenEmpty, problems).compose();
    }

    private @Nullable Node compose() {
        try {
            boolean plain = isPlain();
            Optional<Node> root =
                    plain ? new Composer(settings, new ReplayedEvents(events)).getSingleNode() : Optional.empty();
            if (plain && root.isEmpty()) {
                problems.add(1, "", whenEmpty);
            }
            return root.orElse(null);
        } catch (MarkedYamlEngineException notYaml) {
            String context = notYaml.getContext() == null ? "" : notYaml.getContext() + ", ";
            problems.add(
                    notYaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1),
                    "",
                    "not YAML: " + context + notYaml.getProblem());
        } catch (ReaderException unreadable) {
            problems.add(
                    lineOf(unreadable.getPosition()),
                    "",
                    "not YAML: character U+%04X is not possible here".formatted(unreadable.getCodePoint()));
        } catch (YamlEngineException notYaml) {
            problems.add(1, "", "not YAML: " + notYaml.getMessage());
        } catch (NumberFormatException badEscape) {
            // the library's own fault, of an escape that the text ends in the middle of
            problems.add(1, "", "not YAML: an escape such as \\u0041 is not whole");
        }
        return null;
    }

    private int lineOf(int position) {
        return 1 + (int) text.chars().limit(position).filter(c -> c == '\n').count();
    }

    /** Whether there is nothing that this file may not have; every such thing is a problem. */
    private boolean isPlain() {
        boolean plain = true;
        int depth = 0;
        int documents = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            events.add(event);
            String refusal = null;
            switch (event.getEventId()) {
                case DocumentStart -> {
                    documents++;
                    refusal = documents == 2 ? "a second document starts here: expected one" : null;
                }
                case Alias -> refusal = "an alias is not possible here: expected the value itself";
                case MappingStart, SequenceStart -> {
                    depth++;
                    refusal = tagged(event);
                }
                case MappingEnd, SequenceEnd -> depth--;
                case Scalar -> refusal = tagged(event);
                default -> {}
            }
            if (refusal != null) {
                problems.add(line(event), "", refusal);
                plain = false;
            }
            if (events.size() > eventsMax) {
                problems.add(
                        line(event),
                        "",
                        "there is too much before this line: expected at most " + eventsMax
                                + " keys, values, and beginnings and ends of lists and mappings");
                return false;
            }
            if (depth > DEPTH_MAX) {
                problems.add(line(event), "", "nested deeper than " + DEPTH_MAX + " levels");
                return false;
            }
        }
        return plain;
    }

    private static @Nullable String tagged(Event event) {
        Optional<String> tag = switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
        return tag.map(name -> "the tag '" + name + "' is not possible here: expected the value without it")
                .orElse(null);
    }

    private static int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
