// SPDX-License-Identifier: Apache-2.0
/**
 * Measures Procession beside its peers, for {@code benchmarks/compare}; {@code docs/benchmarking.md} says how, and what
 * the numbers are good for.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link procession.benchmarks.compare.Main}</td><td>the command</td></tr>
 * <tr><td>{@link procession.benchmarks.compare.Area}</td><td>benches that are run together; each is listed in
 * {@link procession.benchmarks.compare.Areas}</td></tr>
 * <tr><td>{@link procession.benchmarks.compare.Bench}</td><td>one question, asked of ours and of each
 * {@link procession.benchmarks.compare.Peer} by a {@link procession.benchmarks.compare.Contender}</td></tr>
 * <tr><td>{@link procession.benchmarks.compare.Comparison}</td><td>asks round by round, within a
 * {@link procession.benchmarks.compare.Budget}</td></tr>
 * <tr><td>{@link procession.benchmarks.compare.Row}</td><td>what came out for one bench and one peer; a
 * {@link procession.benchmarks.compare.Report} shows it</td></tr>
 * <tr><td>{@link procession.benchmarks.compare.StartUp}</td><td>the command {@code benchmarks/start-up}, which takes one
 * of the numbers apart</td></tr>
 * </table>
 *
 * <p>Nothing here takes or returns null.
 */
package procession.benchmarks.compare;
