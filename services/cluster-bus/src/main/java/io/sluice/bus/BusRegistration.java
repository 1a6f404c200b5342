package io.sluice.bus;
import io.vertx.core.Future;
/** scratch */
public interface BusRegistration { /** scratch */ Future<Void> close(); }
