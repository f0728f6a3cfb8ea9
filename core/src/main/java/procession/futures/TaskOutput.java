// SPDX-License-Identifier: Apache-2.0
package procession.futures;

/**
 * What one task printed while it ran, where {@link TaskOptions#captureOutput()} asks for that.
 *
 * @param task the task in words, as in messages about it
 * @param future its future, which is done
 * @param out the end of what came to {@code System.out}, at most 65,536 bytes
 * @param err the end of what came to {@code System.err}, at most 65,536 bytes
 * @param droppedBytes how much of both is missing before that
 */
public record TaskOutput(String task, Future<?> future, String out, String err, long droppedBytes) {}
