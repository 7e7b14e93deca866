/** XEdDSA with libsignal: each verifies what the other signed, and refuses it for another message. */
import {
  generateIdentityKeyPair,
  signXEdDSA,
  systemRandom,
  verifyXEdDSA,
} from '../../src/index.ts';
import { attempt, type InteropResult } from '../result.ts';
import { libsignal, type Libsignal } from './libsignal-device.ts';

const versions = ['0.72.1', '0.90.0', '0.103.0'];
const count = 100;

async function weSign(lib: Libsignal): Promise<string> {
  for (let i = 0; i < count; i++) {
    const { seed, publicKey } = await generateIdentityKeyPair();
    const message = systemRandom(i);
    const signature = await signXEdDSA({ seed, message });
    const key = lib.PublicKey.deserialize(publicKey);
    if (!key.verify(message, signature)) throw new Error('it refused our signature');
    if (key.verify(Uint8Array.of(...message, 0), signature))
      throw new Error('it verifies anything');
  }
  return `${count} signatures`;
}

async function itSigns(lib: Libsignal): Promise<string> {
  for (let i = 0; i < count; i++) {
    const key = lib.PrivateKey.generate();
    const message = systemRandom(i);
    const signature = Uint8Array.from(key.sign(message));
    const publicKey = Uint8Array.from(key.getPublicKey().serialize());
    if (!(await verifyXEdDSA({ publicKey, message, signature }))) {
      throw new Error('we refused its signature');
    }
    const other = Uint8Array.of(...message, 0);
    if (await verifyXEdDSA({ publicKey, message: other, signature })) {
      throw new Error('we verify anything');
    }
  }
  return `${count} signatures`;
}

/** Both ways with each version. */
export async function libsignalSignatures(): Promise<InteropResult[]> {
  const results: InteropResult[] = [];
  for (const version of versions) {
    const lib = await libsignal(version);
    const place = { oracle: `libsignal ${version}`, what: 'XEdDSA' };
    results.push(await attempt({ ...place, direction: 'we sign' }, () => weSign(lib)));
    results.push(await attempt({ ...place, direction: 'it signs' }, () => itSigns(lib)));
  }
  return results;
}
