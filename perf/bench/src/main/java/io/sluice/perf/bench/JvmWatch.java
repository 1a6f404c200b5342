// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Reads the counts that another JVM keeps of itself: collections, and what each thread has allocated. It attaches as any tool
 * does; nothing is installed in the process but its management agent, whose threads are left out.
 */
final class JvmWatch implements AutoCloseable {

    private static final List<String> AGENT_THREADS = List.of("RMI ", "JMX ", "Attach Listener");

    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final MemoryMXBean memory;
    private final List<GarbageCollectorMXBean> collectors;

    /** Attaches to a process. */
    @SuppressWarnings("BanJNDI") // the other end is a process of the run's own, on loopback
    JvmWatch(long pid) throws IOException {
        connector = JMXConnectorFactory.connect(new JMXServiceURL(agent(pid)));
        MBeanServerConnection connection = connector.getMBeanServerConnection();
        threads = ManagementFactory.getPlatformMXBean(connection, ThreadMXBean.class);
        memory = ManagementFactory.getPlatformMXBean(connection, MemoryMXBean.class);
        collectors = ManagementFactory.getPlatformMXBeans(connection, GarbageCollectorMXBean.class);
    }

    private static String agent(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("process " + pid + " is no JVM that can be attached to", e);
        }
    }

    /** What the JVM says now. */
    JvmCounts read() {
        Map<String, Long> allocated = new TreeMap<>();
        Map<String, Long> cpu = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && AGENT_THREADS.stream().noneMatch(thread.getThreadName()::startsWith)) {
                long id = thread.getThreadId();
                allocated.merge(thread.getThreadName(), threads.getThreadAllocatedBytes(id), Long::sum);
                cpu.merge(thread.getThreadName(), threads.getThreadCpuTime(id), Long::sum);
            }
        }
        long collections = collectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        long collectingMs = collectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
        return new JvmCounts(
                collections, collectingMs, memory.getHeapMemoryUsage().getUsed(), allocated, cpu);
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
