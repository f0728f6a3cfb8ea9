// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import procession.multiprocessing.internal.os.ProcessTree;
import procession.multiprocessing.internal.os.SelfKill;
import procession.multiprocessing.internal.wire.Frame;
import procession.multiprocessing.internal.wire.FrameDescriptor;
import procession.multiprocessing.internal.wire.FrameReader;

/** Reads what the parent sends on the control channel, whatever a task does; ends this process when the parent is gone. */
final class Control implements Runnable {
    private static final int ENDED_BY_DEATH_OF_PARENT = 70;

    /** How long it may take to find those that this process has started. */
    private static final long MAX_KILL_MILLIS = 200;

    private final SocketChannel channel;
    private final Path socket;
    private final Queue<Frame> orders;
    private final StartGate gate;
    private final ParentCode parentCode;
    private final Whereabouts whereabouts;

    Control(
            SocketChannel channel,
            Path socket,
            Queue<Frame> orders,
            StartGate gate,
            ParentCode parentCode,
            Whereabouts whereabouts) {
        this.channel = channel;
        this.socket = socket;
        this.orders = orders;
        this.gate = gate;
        this.parentCode = parentCode;
        this.whereabouts = whereabouts;
    }

    @Override
    public void run() {
        try {
            FrameReader reader = new FrameReader(FrameDescriptor.MAX_PAYLOAD_BYTES);
            ByteBuffer buffer = FrameReader.newBuffer();
            int read = 0;
            while (read >= 0) {
                read = reader.read(channel, buffer, this::received);
            }
        } catch (Throwable gone) {
            if (!(gone instanceof IOException)) {
                gone.printStackTrace(); // the parent shows it
            }
        } finally {
            endWithParent(socket);
        }
    }

    /** Ends this process, because its parent is gone. */
    static void endWithParent(Path socket) {
        WorkerMain.removeMeetingPlace(socket);
        ProcessTree.killDescendants(MAX_KILL_MILLIS);
        SelfKill.now(ENDED_BY_DEATH_OF_PARENT);
    }

    private void received(Frame frame) {
        if (frame.type() == FrameDescriptor.FREEZE) {
            gate.freeze();
            whereabouts.tell(frame.taskId());
        } else if (frame.type() == FrameDescriptor.REHEARSE) {
            whereabouts.rehearse();
        } else if (frame.type() == FrameDescriptor.RESUME) {
            gate.resume();
        } else if (frame.type() == FrameDescriptor.IDENTITY) {
            WorkerIdentity.take(frame);
        } else if (frame.type() == FrameDescriptor.FETCHED) {
            parentCode.arrived(frame);
        } else if (!LogLink.takes(frame)) {
            orders.add(frame);
        }
    }
}
