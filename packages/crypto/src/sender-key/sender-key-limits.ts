/** Bounds of Sender Keys, as in Signal's implementations (`docs/encryption-groups.md`). */

/** A message may be at most this many iterations ahead of the chain. */
export const maxForwardJump = 25_000;

/** Keys of skipped messages that a state keeps; the oldest go first. */
export const maxMessageKeys = 2_000;

/** States of one sender in one group that a record keeps; the oldest go first. */
export const maxSenderKeyStates = 5;

/** Longest plaintext of one message, in bytes, before CBC padding. */
export const maxSenderKeyPlaintextBytes = 1_114_112;

/** The last iteration that a chain uses, so that the next one still fits 32 bits. */
export const lastIteration = 0xffff_fffe;
