import { signLabelled } from '../identity/sign-labelled.ts';
import type { RandomSource } from '../primitives/random.ts';
import { admissionFields, admissionLabel, type Admission } from './admission.ts';

/** Signs a decision about a guest with the seed of the host device's identity key, 64 bytes. */
export async function signAdmission(input: {
  admission: Admission;
  identitySeed: Uint8Array;
  random?: RandomSource;
}): Promise<Uint8Array> {
  const { admission, identitySeed, random } = input;
  const fields = admissionFields(admission);
  const signing = { seed: identitySeed, label: admissionLabel, fields };
  return signLabelled(random ? { ...signing, random } : signing);
}
