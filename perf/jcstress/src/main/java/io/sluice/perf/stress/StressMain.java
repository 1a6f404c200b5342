// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.stress;

import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * Runs tests and prints the verdict: {@code StressMain LOG [options of jcstress]}, in the directory that results go to.
 *
 * <p>Ends with 0 where every test ran and saw nothing that is forbidden, with 1 where one did, or did not run, and with
 * 2 where there is no such option or test.
 */
public final class StressMain {

    private StressMain() {}

    /**
     * @param args where jcstress's own words go, then its options
     */
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        try (PrintStream log = new PrintStream(new FileOutputStream(args[0]), true)) {
            System.setOut(log);
            Options options = new Options(Arrays.copyOfRange(args, 1, args.length));
            if (!options.parse()) {
                System.err.println("no such option, or a wrong value: the log has those there are");
                System.exit(2);
            }
            JCStress jcstress = new JCStress(options);
            SortedSet<String> tests = jcstress.getTests();
            if (tests.isEmpty()) {
                System.err.println("no test of that name");
                System.exit(2);
            }
            run(jcstress, log);
            Verdict verdict = Verdict.of(tests, results(options.getResultFile()));
            verdict.lines().forEach(out::println);
            System.exit(verdict.isClean() ? 0 : 1);
        }
    }

    /** At its end jcstress throws what failed, which the results have too. */
    private static void run(JCStress jcstress, PrintStream log) throws Exception {
        try {
            jcstress.run();
        } catch (AssertionError failures) {
            log.println(failures.getMessage());
        }
    }

    /** None where jcstress found nothing that it could run. */
    private static Collection<TestResult> results(String file) throws Exception {
        if (!Files.exists(Path.of(file))) {
            return List.of();
        }
        InProcessCollector results = new InProcessCollector();
        DiskReadCollector disk = new DiskReadCollector(file, results);
        disk.dump();
        disk.close();
        return results.getTestResults();
    }
}
