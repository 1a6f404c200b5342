// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.List;
import java.util.NoSuchElementException;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Events of a text that was parsed already, for who builds a tree of them: parsing is most of what reading a large document
 * takes, and once is enough.
 *
 * <p><b>Threading</b>: confined to one call.
 */
final class ReplayedEvents implements Parser {

    private final List<Event> events;
    private int next;

    ReplayedEvents(List<Event> events) {
        this.events = events;
    }

    @Override
    public boolean hasNext() {
        return next < events.size();
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return hasNext() && events.get(next).getEventId() == choice;
    }

    @Override
    public Event peekEvent() {
        if (!hasNext()) {
            throw new NoSuchElementException("the text has ended");
        }
        return events.get(next);
    }

    @Override
    public Event next() {
        Event event = peekEvent();
        next++;
        return event;
    }
}
