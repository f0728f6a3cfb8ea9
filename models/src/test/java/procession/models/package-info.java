// SPDX-License-Identifier: Apache-2.0
/** Has TLC look at all states of the models, and at those of models with a mistake, which it must find. */
package procession.models;
