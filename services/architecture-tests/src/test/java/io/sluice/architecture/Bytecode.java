// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.MonitorInstruction;
import java.util.ArrayList;
import java.util.List;

/** What ArchUnit does not see of a class: its string constants and its monitors. */
final class Bytecode {

    private final ClassModel model;

    private Bytecode(ClassModel model) {
        this.model = model;
    }

    /** Reads the class from where ArchUnit found it, a directory or a jar. */
    static Bytecode of(JavaClass javaClass) {
        var source = javaClass
                .getSource()
                .orElseThrow(() -> new IllegalStateException(javaClass.getName() + " was imported without a source"));
        try (InputStream in = source.getUri().toURL().openStream()) {
            return new Bytecode(ClassFile.of().parse(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every string constant, recipes of concatenations included: literals, constant fields, annotations excepted. */
    List<String> strings() {
        List<String> strings = new ArrayList<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof StringEntry string) {
                strings.add(string.stringValue());
            }
        }
        return strings;
    }

    /** Names of methods that enter a monitor by a {@code synchronized} block. */
    List<String> methodsWithMonitors() {
        return model.methods().stream()
                .filter(method -> method.code().stream()
                        .flatMap(CodeModel::elementStream)
                        .anyMatch(MonitorInstruction.class::isInstance))
                .map(method -> method.methodName().stringValue())
                .distinct()
                .toList();
    }
}
