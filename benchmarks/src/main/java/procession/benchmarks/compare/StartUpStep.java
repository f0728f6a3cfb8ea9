// SPDX-License-Identifier: Apache-2.0
package procession.benchmarks.compare;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;

/**
 * A JVM that does what a worker does on its way to its first task, but with the JDK alone and only so many steps of it.
 * Its arguments are the number of steps, the path of a socket, and a file with an encoded lambda.
 */
final class StartUpStep {
    static final int LAMBDA = 1;
    static final int SOCKET = 2;
    static final int MEMORY = 3;
    static final int OBJECT = 4;

    private StartUpStep() {}

    /** What the file holds. */
    interface Question extends Callable<String>, Serializable {}

    /**
     * Does the steps, and then says so by a byte.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) throws Exception {
        int steps = Integer.parseInt(arguments[0]);
        if (steps >= LAMBDA) {
            Callable<String> lambda = () -> arguments[0];
            lambda.call();
        }
        if (steps >= SOCKET) {
            connect(Path.of(arguments[1]));
        }
        if (steps >= MEMORY) {
            map(Path.of(arguments[2]));
        }
        if (steps >= OBJECT) {
            read(Files.readAllBytes(Path.of(arguments[2]))).call();
        }
        System.out.write('!');
        System.out.flush();
    }

    /** Not closed: the end of this JVM does that, and is not measured. */
    private static void connect(Path socket) throws IOException {
        SocketChannel unused = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private static void map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, 1);
        }
    }

    private static Question read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (Question) in.readObject();
        }
    }

    static Question question(String answer) {
        return () -> answer;
    }
}
