// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

/**
 * Numbers of Linux's binary interface: io_uring operations, socket options, error numbers, and where the fields of its
 * structures are on a 64-bit machine.
 *
 * <p><b>Source</b>: {@code linux/io_uring.h}, {@code linux/udp.h}, {@code asm-generic/errno.h} and {@code linux/socket.h};
 * the same on x86-64, AArch64 and RISC-V. Netty has most of them, but keeps them to itself.
 */
final class KernelAbi {

    static final byte OP_NOP = 0;
    static final byte OP_POLL_ADD = 6;
    static final byte OP_SENDMSG = 9;
    static final byte OP_RECVMSG = 10;
    static final byte OP_ASYNC_CANCEL = 14;
    static final byte OP_PROVIDE_BUFFERS = 31;
    static final byte OP_REMOVE_BUFFERS = 32;

    /** Flag of a submission: the kernel picks a buffer of the group. */
    static final byte SQE_BUFFER_SELECT = 1 << 5;

    /** In {@code ioprio} of a receive: go on until an error, and until there are no buffers. */
    static final short RECEIVE_MULTISHOT = 1 << 1;

    /** Flag of a completion: its upper half names the buffer that was used. */
    static final int CQE_BUFFER = 1;

    /** Flag of a completion: the same submission will complete again. */
    static final int CQE_MORE = 1 << 1;

    static final int CQE_BUFFER_SHIFT = 16;

    static final int POLL_IN = 1;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;

    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EINVAL = 22;
    static final int ENOBUFS = 105;
    static final int ECANCELED = 125;

    static final int AF_INET = 2;
    static final int IPPROTO_IP = 0;
    static final int IP_MTU_DISCOVER = 10;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;

    /** {@code struct sockaddr_in}: family in host order, port and address in network order. */
    static final int SOCKADDR_IN_BYTES = 16;

    static final int SOCKADDR_IN_PORT = 2;
    static final int SOCKADDR_IN_ADDRESS = 4;

    /** {@code struct msghdr}. */
    static final int MSGHDR_BYTES = 56;

    static final int MSGHDR_NAME = 0;
    static final int MSGHDR_NAME_BYTES = 8;
    static final int MSGHDR_VECTORS = 16;
    static final int MSGHDR_VECTOR_COUNT = 24;
    static final int MSGHDR_CONTROL = 32;
    static final int MSGHDR_CONTROL_BYTES = 40;

    /** {@code struct cmsghdr}, then its data. */
    static final int CMSGHDR_BYTES = 16;

    static final int CMSGHDR_LEVEL = 8;
    static final int CMSGHDR_TYPE = 12;

    /** {@code struct iovec}. */
    static final int IOVEC_BYTES = 16;

    static final int IOVEC_LENGTH = 8;

    /** {@code struct io_uring_recvmsg_out}, which precedes name, control data and payload in a multishot buffer. */
    static final int RECVMSG_OUT_BYTES = 16;

    static final int RECVMSG_OUT_CONTROL_BYTES = 4;
    static final int RECVMSG_OUT_PAYLOAD_BYTES = 8;
    static final int RECVMSG_OUT_FLAGS = 12;

    private KernelAbi() {}
}
