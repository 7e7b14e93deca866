/**
 * The envelope beside a credential bundle: what the relay says the bundle is, signed with its session
 * key. Turnkey's bundles are unsigned, so without it whoever stands between could swap one for another.
 */
import { assertLabel } from '../encoding/frame.ts';
import { be64 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { labelledMessage } from '../identity/labelled-message.ts';
import { sha256 } from '../primitives/sha2.ts';

/** What a bundle is for. Texts are 1 to 255 printable ASCII characters. */
export interface CredentialEnvelope {
  /** As it travels, base58check. */
  bundle: string;
  organizationId: string;
  /** Nobody for a credential of a server. */
  userId: string | null;
  /** For example `read-write-client`. */
  type: string;
  /** For example `messages:read`. */
  scope: string;
  expiresAtMs: number;
}

/** The bytes that the relay's session key signs: a labelled message, as for every signature. */
export async function credentialEnvelopeMessage(envelope: CredentialEnvelope): Promise<Uint8Array> {
  const { bundle, organizationId, userId, type, scope, expiresAtMs } = envelope;
  assertLabel(organizationId, 'organizationId');
  if (userId !== null) assertLabel(userId, 'userId');
  assertLabel(type, 'type');
  assertLabel(scope, 'scope');
  return labelledMessage('credential-envelope', [
    await sha256(utf8(bundle)),
    utf8(organizationId),
    utf8(userId ?? ''),
    utf8(type),
    utf8(scope),
    be64(expiresAtMs),
  ]);
}
