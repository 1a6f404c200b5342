// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives small numbers to things that many records name: each thing one number while any record uses it.
 *
 * <p><b>Threading</b>: one thread at a time. <b>Complexity</b>: a look-up in a hash map to begin, a count for each use.
 */
final class Interned<T> {

    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<@Nullable T> things = new ArrayList<>();
    private int[] uses = new int[16];
    private int[] free = new int[16];
    private int freeCount;

    /** Counts one more use of a thing, and answers its number. */
    int use(T thing) {
        Integer known = numbers.get(thing);
        int number = known != null ? known : add(thing);
        uses[number]++;
        return number;
    }

    private int add(T thing) {
        int number;
        if (freeCount > 0) {
            number = free[--freeCount];
            things.set(number, thing);
        } else {
            number = things.size();
            things.add(thing);
            if (number == uses.length) {
                uses = Arrays.copyOf(uses, 2 * number);
                free = Arrays.copyOf(free, 2 * number);
            }
        }
        numbers.put(thing, number);
        return number;
    }

    /** Counts one use less; the number of a thing that has none is given to another. */
    void release(int number) {
        if (--uses[number] == 0) {
            numbers.remove(get(number));
            things.set(number, null);
            free[freeCount++] = number;
        }
    }

    /** The thing with a number in use. */
    T get(int number) {
        T thing = things.get(number);
        if (thing == null) {
            throw new IllegalStateException("number " + number + " is nothing's");
        }
        return thing;
    }

    /** Numbers there are, in use or not: all are less. */
    int numbers() {
        return things.size();
    }
}
