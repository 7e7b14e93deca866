/** Runs in Node and, unchanged, in Chromium. */
import { hpke } from '../known-answers/hpke.ts';
import { libsignal } from '../known-answers/libsignal.ts';
import { mlKem } from '../known-answers/ml-kem.ts';
import { p256 } from '../known-answers/p256.ts';
import { senderKey } from '../known-answers/sender-key.ts';
import { sessions } from '../known-answers/sessions.ts';
import { wycheproof } from '../known-answers/wycheproof.ts';
import { xWing } from '../known-answers/x-wing.ts';

wycheproof();
hpke();
libsignal();
xWing();
senderKey();
sessions();
p256();
mlKem();
