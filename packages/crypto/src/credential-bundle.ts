/**
 * Credential bundles, their envelopes, and stamps, by themselves: what a relay needs to issue session
 * credentials. Nothing else here takes a secret key.
 */
export {
  generateSessionKeypair,
  sessionKeypairOf,
  type SessionKeypair,
} from './credential-bundle/session-keypair.ts';
export {
  openCredentialBundle,
  sealCredentialBundle,
} from './credential-bundle/credential-bundle.ts';
export { signCredentialEnvelope } from './credential-bundle/sign-credential-envelope.ts';
export { createStamp, type Stamp } from './credential-bundle/create-stamp.ts';
