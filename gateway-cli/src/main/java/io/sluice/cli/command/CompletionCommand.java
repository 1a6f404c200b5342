// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command;

import io.sluice.cli.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice completion}. */
@Command(
        name = "completion",
        description = {
            "Prints a script that completes nouns, verbs and options.",
            "bash: source <(./sluice completion bash)",
            "zsh: source <(./sluice completion zsh)"
        })
public final class CompletionCommand extends SluiceCommand {

    /** A shell that the script is for. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    @Override
    public Integer call() {
        StringBuilder script = new StringBuilder();
        if (shell == Shell.zsh) {
            script.append("autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n");
        }
        script.append(AutoComplete.bash("sluice", commandSpec().root().commandLine()));
        commandSpec().commandLine().getOut().print(script);
        commandSpec().commandLine().getOut().flush();
        return ExitCode.OK.number();
    }
}
