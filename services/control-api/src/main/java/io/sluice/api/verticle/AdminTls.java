// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import java.nio.file.Path;

/**
 * The files that make the admin port speak HTTPS, both PEM; read again when they change.
 *
 * @param certificate the certificate, then those between it and the root
 * @param key its private key, not encrypted
 */
public record AdminTls(Path certificate, Path key) {}
