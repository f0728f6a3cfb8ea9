// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Explains why an object could not be serialized, in the words of the program that tried. */
final class EncodingDiagnosis {
    /** How many lambdas of one object are remembered. */
    private static final int MAX_LAMBDAS = 64;

    private EncodingDiagnosis() {}

    /** The lambdas that one serialization met, in order. */
    static final class Lambdas {
        private final List<SerializedLambda> met = new ArrayList<>();

        void met(SerializedLambda lambda) {
            if (met.size() < MAX_LAMBDAS) {
                met.add(lambda);
            }
        }

        /** Returns the last lambda that captures an object of the class itself, or {@code null}. */
        private @Nullable SerializedLambda capturing(String className) {
            for (int i = met.size() - 1; i >= 0; i--) {
                if (captures(met.get(i), className)) {
                    return met.get(i);
                }
            }
            return null;
        }
    }

    private static boolean captures(SerializedLambda lambda, String className) {
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            Object captured = lambda.getCapturedArg(i);
            if (captured != null && captured.getClass().getName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    static String explain(Object object, Throwable failure, Lambdas lambdas) {
        if (failure instanceof NotSerializableException notSerializable && notSerializable.getMessage() != null) {
            return explain(object, notSerializable.getMessage(), lambdas);
        }
        if (failure instanceof StackOverflowError) {
            return "an object of " + object.getClass().getName() + " is nested too deeply to be serialized;"
                    + " send an array or a list instead of a long chain of references";
        }
        if (failure instanceof OutOfMemoryError) {
            return "an object of " + object.getClass().getName() + " is too large to be serialized in this JVM's heap,"
                    + " or larger than 2 GiB; send it in parts, or through a file";
        }
        return "an object of " + object.getClass().getName() + " can't be serialized: " + FailureCodec.textOf(failure);
    }

    private static String explain(Object object, String culprit, Lambdas lambdas) {
        if (culprit.contains("$$Lambda")) {
            return "this lambda is of a type that is not serializable, so it can't travel to another process;"
                    + " pass it as a procession.futures.Task, Action or Fn, or declare its variable as one";
        }
        if (culprit.equals(object.getClass().getName())) {
            return culprit + " is not java.io.Serializable, so it can't travel to another process;"
                    + " let the class implement it, or pass a lambda that captures only what the task needs";
        }
        SerializedLambda lambda = lambdas.capturing(culprit);
        if (lambda == null) {
            return "there is an object of " + culprit
                    + " in what would have to travel to another process, and it is not"
                    + " java.io.Serializable; let " + culprit + " implement it, mark the field that holds it transient,"
                    + " or pass only what is needed of it";
        }
        String where = lambda.getCapturingClass().replace('/', '.');
        String what = culprit.equals(where)
                ? "its enclosing object, a " + culprit + " (because it uses one of its fields or methods)"
                : "an object of " + culprit;
        return "the lambda in " + where + " captures " + what + ", which is not java.io.Serializable and can't travel"
                + " to another process; copy what the task needs into local variables before the lambda, or let "
                + culprit + " implement " + Serializable.class.getName();
    }
}
