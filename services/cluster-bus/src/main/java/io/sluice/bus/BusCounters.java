package io.sluice.bus;
/** scratch */
public final class BusCounters { /** scratch */ public BusCounters() {} }
