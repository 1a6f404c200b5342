// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.util.ArrayList;
import java.util.List;

/** Builds GENEVE datagrams for tests, right or deliberately wrong; made by {@link PacketBuilder#geneve}. */
public final class GeneveBuilder {
    /** Option class of the gateway load balancer options. */
    public static final int GWLB_CLASS = 0x0108;

    private static final int UNSET = -1;

    private int version;
    private boolean control;
    private boolean critical;
    private int reservedBits;
    private int protocolType = UNSET;
    private int vni;
    private int reservedByte;
    private int optionLengthWords = UNSET;
    private final List<byte[]> options = new ArrayList<>();
    private byte[] payload = new byte[0];

    GeneveBuilder() {}

    /** Version, normally 0. */
    public GeneveBuilder version(int version) {
        this.version = version;
        return this;
    }

    /** Sets the O bit. */
    public GeneveBuilder control() {
        control = true;
        return this;
    }

    /** Sets the C bit; it is never set by itself. */
    public GeneveBuilder critical() {
        critical = true;
        return this;
    }

    /** The six reserved bits and the reserved byte. */
    public GeneveBuilder reserved(int bits, int lastByte) {
        reservedBits = bits;
        reservedByte = lastByte;
        return this;
    }

    /** Protocol type; by default that of the payload's version nibble. */
    public GeneveBuilder protocolType(int protocolType) {
        this.protocolType = protocolType;
        return this;
    }

    /** Virtual network identifier. */
    public GeneveBuilder vni(int vni) {
        this.vni = vni;
        return this;
    }

    /** Claims an Opt Len other than the true one. */
    public GeneveBuilder optionLengthWords(int words) {
        optionLengthWords = words;
        return this;
    }

    /**
     * Adds an option with a right length.
     *
     * @param data a multiple of 4 bytes, at most 124
     */
    public GeneveBuilder option(int optionClass, int optionType, byte... data) {
        if (data.length % 4 != 0 || data.length > 124) {
            throw new IllegalArgumentException("option data of " + data.length + " bytes");
        }
        return rawOption(optionClass, optionType, data.length / 4, data);
    }

    /**
     * Adds an option whose length byte, R bits included, says what the caller wants.
     *
     * @param data any number of bytes; the sum of all options must be a multiple of 4
     */
    public GeneveBuilder rawOption(int optionClass, int optionType, int lengthByte, byte... data) {
        options.add(new ByteWriter()
                .u16(optionClass)
                .u8(optionType)
                .u8(lengthByte)
                .raw(data)
                .toBytes());
        return this;
    }

    /** Adds the endpoint option. */
    public GeneveBuilder endpoint(long endpointId) {
        return option(GWLB_CLASS, 1, new ByteWriter().u64(endpointId).toBytes());
    }

    /** Adds the attachment option. */
    public GeneveBuilder attachment(long attachmentId) {
        return option(GWLB_CLASS, 2, new ByteWriter().u64(attachmentId).toBytes());
    }

    /** Adds the flow cookie option. */
    public GeneveBuilder flowCookie(int flowCookie) {
        return option(GWLB_CLASS, 3, new ByteWriter().u32(flowCookie).toBytes());
    }

    /** Adds the three gateway load balancer options in their usual order, attachment 0. */
    public GeneveBuilder gwlb(long endpointId, int flowCookie) {
        return endpoint(endpointId).attachment(0).flowCookie(flowCookie);
    }

    /** The inner packet. */
    public GeneveBuilder payload(byte... payload) {
        this.payload = payload.clone();
        return this;
    }

    /** The UDP payload: base header, options, inner packet. */
    public byte[] build() {
        ByteWriter optionBytes = new ByteWriter();
        options.forEach(optionBytes::raw);
        int words = optionLengthWords == UNSET ? optionBytes.size() / 4 : optionLengthWords;
        int type = protocolType == UNSET ? payloadProtocolType() : protocolType;
        return new ByteWriter()
                .u8(version << 6 | words)
                .u8((control ? 0x80 : 0) | (critical ? 0x40 : 0) | reservedBits)
                .u16(type)
                .u32((long) vni << 8 | reservedByte)
                .raw(optionBytes.toBytes())
                .raw(payload)
                .toBytes();
    }

    private int payloadProtocolType() {
        return payload.length > 0 && (payload[0] & 0xF0) == 0x60 ? 0x86DD : 0x0800;
    }
}
