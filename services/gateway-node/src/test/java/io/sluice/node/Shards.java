// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many shards the node of a kernel test has, where it is not as many as by default. A class that asks the same of another
 * number extends the first; the scenario is run by the first's {@code @BeforeAll} only, as JUnit runs a hidden one too.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Shards {
    int value();
}
