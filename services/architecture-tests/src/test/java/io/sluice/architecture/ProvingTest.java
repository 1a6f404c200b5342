// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.util.Comparator;

/**
 * A test method that proves a rule, with what became of its cases.
 *
 * @param id of the rule
 * @param module directory of its module, the last name only
 * @param type simple name of its class
 * @param method name of the method
 */
record ProvingTest(String id, String module, String type, String method, int passed, int failed, int skipped)
        implements Comparable<ProvingTest> {

    private static final Comparator<ProvingTest> BY_NAME = Comparator.comparing(ProvingTest::name);

    String name() {
        return module + "/" + type + "#" + method;
    }

    /** The same test with one more case. */
    ProvingTest plus(int morePassed, int moreFailed, int moreSkipped) {
        return new ProvingTest(
                id, module, type, method, passed + morePassed, failed + moreFailed, skipped + moreSkipped);
    }

    /** Without a report there is no case. */
    boolean hasRun() {
        return passed + failed + skipped > 0;
    }

    @Override
    public int compareTo(ProvingTest other) {
        return BY_NAME.compare(this, other);
    }
}
