/** Loaded with the first key that is made: half of ML-KEM comes with it. */
export { generateHybridKeyPair } from '@sotto/crypto';
