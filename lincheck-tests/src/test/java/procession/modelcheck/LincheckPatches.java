// SPDX-License-Identifier: Apache-2.0
package procession.modelcheck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes copies of two classes of Lincheck, with one constant replaced in each, among the test classes, where they come
 * before the originals on the class path. It is a step of the build, which fails unless it finds each constant exactly once.
 *
 * <ul>
 *   <li>{@code LockSupport.park} does not return without a cause. In Lincheck it returns at any time, which is allowed, and
 *       hides every lost wake-up: whoever was not woken looks again all the same.
 *   <li>{@code System.nanoTime()} is {@link ModelTime}. In Lincheck it stands still, and no wait ever ends by it.
 * </ul>
 */
public final class LincheckPatches {
    private static final String STRATEGY = "org/jetbrains/kotlinx/lincheck/strategy/";
    private static final String PARKING = STRATEGY + "managed/modelchecking/ModelCheckingStrategy";
    private static final String TRACKER = STRATEGY + "managed/modelchecking/ModelCheckingParkingTracker";
    private static final String TIME = STRATEGY + "nativecalls/DeterministicTimeMethodDescriptorKt";
    private static final long TIME_THAT_STANDS_STILL = 1337;

    private LincheckPatches() {}

    /**
     * Writes the copies.
     *
     * @param args the directory of the test classes
     * @throws IOException if a class can't be read or written
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        patch(directory, PARKING, new NoWakeUpWithoutACause());
        patch(directory, TIME, new TimeOfTheModel());
    }

    private static void patch(Path directory, String name, OneConstant patch) throws IOException {
        Path copy = directory.resolve(name + ".class");
        Files.deleteIfExists(copy); // or it would be read instead of the original
        ClassReader reader;
        try (InputStream in = LincheckPatches.class.getResourceAsStream("/" + name + ".class")) {
            if (in == null) {
                throw new IllegalStateException("Lincheck has no class " + name);
            }
            reader = new ClassReader(in);
        }
        var writer = new ClassWriter(reader, 0);
        reader.accept(patch.in(writer), 0);
        if (patch.hits != 1) {
            throw new IllegalStateException(patch.hits + " places to change instead of one in " + name
                    + "; does this version of Lincheck still need it?");
        }
        Files.createDirectories(copy.getParent());
        Files.write(copy, writer.toByteArray());
    }

    private abstract static class OneConstant extends MethodVisitor {
        int hits;

        OneConstant() {
            super(Opcodes.ASM9);
        }

        /** Returns a visitor of all methods, one after the other. */
        ClassVisitor in(ClassWriter writer) {
            return new ClassVisitor(Opcodes.ASM9, writer) {
                @Override
                public MethodVisitor visitMethod(
                        int access,
                        String name,
                        String descriptor,
                        @Nullable String signature,
                        String @Nullable [] exceptions) {
                    OneConstant.this.mv = super.visitMethod(access, name, descriptor, signature, exceptions);
                    return OneConstant.this;
                }
            };
        }
    }

    /** Replaces the {@code true} behind {@code new ModelCheckingParkingTracker} by {@code false}. */
    private static final class NoWakeUpWithoutACause extends OneConstant {
        private boolean inArguments;

        @Override
        public void visitTypeInsn(int opcode, String type) {
            super.visitTypeInsn(opcode, type);
            inArguments |= opcode == Opcodes.NEW && type.equals(TRACKER);
        }

        @Override
        public void visitInsn(int opcode) {
            boolean isArgument = inArguments && opcode == Opcodes.ICONST_1;
            super.visitInsn(isArgument ? Opcodes.ICONST_0 : opcode);
            if (isArgument) {
                inArguments = false;
                hits++;
            }
        }
    }

    /** Replaces the time that stands still by {@link ModelTime#now}. */
    private static final class TimeOfTheModel extends OneConstant {
        @Override
        public void visitLdcInsn(Object constant) {
            if (constant.equals(TIME_THAT_STANDS_STILL)) {
                String time = Type.getInternalName(ModelTime.class);
                super.visitMethodInsn(Opcodes.INVOKESTATIC, time, "now", "()J", false);
                hits++;
            } else {
                super.visitLdcInsn(constant);
            }
        }
    }
}
