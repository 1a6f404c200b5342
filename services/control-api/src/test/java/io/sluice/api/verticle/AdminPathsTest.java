// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.contract.Contract;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What the port knows of paths before it has read the contract, against the contract. */
class AdminPathsTest {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final Map<String, String> paths = new TreeMap<>();
    private final Set<String> open = new TreeSet<>();

    AdminPathsTest() {
        Object file = new Load(LoadSettings.builder().build()).loadFromString(Contract.text());
        Map<?, ?> items = (Map<?, ?>) ((Map<?, ?>) file).get("paths");
        items.forEach((path, item) -> ((Map<?, ?>) item).forEach((method, operation) -> {
            if (METHODS.contains(String.valueOf(method))) {
                Map<?, ?> keys = (Map<?, ?>) operation;
                paths.put(String.valueOf(keys.get("operationId")), String.valueOf(path));
                if (keys.containsKey("security")) {
                    open.add(String.valueOf(path));
                }
            }
        }));
    }

    @Test
    void earlyOperationsAreWhereTheContractHasThem() {
        assertThat(paths).containsAllEntriesOf(AdminHttpVerticle.OPEN).containsAllEntriesOf(AdminHttpVerticle.EARLY);
    }

    @Test
    void needsNoTokenForWhatTheContractSaysAndNothingElse() {
        paths.values()
                .forEach(path -> assertThat(AdminHttpVerticle.needsToken(path.replaceAll("\\{.*?}", "x")))
                        .as(path)
                        .isEqualTo(!open.contains(path)));
    }
}
