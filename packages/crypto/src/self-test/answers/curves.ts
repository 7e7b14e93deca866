import { fromHex, toHex } from '../../encoding/hex.ts';
import { utf8 } from '../../encoding/text.ts';
import { verifyXEdDSA } from '../../identity/verify-xeddsa.ts';
import { ed25519PublicKey } from '../../primitives/ed25519-public-key.ts';
import { verifyEd25519 } from '../../primitives/ed25519-verify.ts';
import { parseP256PublicKey, verifyP256 } from '../../primitives/p256-verify.ts';
import { X25519PrivateKey } from '../../primitives/x25519.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';

const ed25519 = {
  seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
};

const xeddsa = [
  {
    publicKey: '05dd4417cec733e895fe0a8da01d9fdad8cf49cc84f656bed91c27ff3bff42030a',
    message: '',
    signature:
      '6eddce2df1107b010be9fa8e0766c2f7e9b6766e32d63945fde5e128596ea4645fd2481857a267afcab05e399f0fe6f88e2601a52c1d5f4a56358e1a87119e0a',
  },
  {
    publicKey: '059f0f71d354a786bd5b7480ccd5a431ac29239c8afa8e3e5f96f54f2944fae21c',
    message: 'ec4dcecc4ce0f44ff3',
    signature:
      'b2dab692fb2dcd47824da0aac60ce4b218c2e7bcfd428045d2d687de30d65a3df4ed2596c94ed550d8160e04199a4ff856a29786d9a6fe770378c3842518ae08',
  },
];

const ecdsa = {
  publicKey:
    '042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e',
  message: utf8('123400'),
  signature:
    '2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76',
};

const agree = (privateKey: string, publicKey: Uint8Array) =>
  new X25519PrivateKey(fromHex(privateKey)).agree(publicKey);

const edVerdict = async (message: Uint8Array) =>
  String(
    await verifyEd25519({
      publicKey: fromHex(ed25519.publicKey),
      message,
      signature: fromHex(ed25519.signature),
    }),
  );

const ecdsaVerdict = async (signature: Uint8Array) =>
  String(
    verifyP256({
      publicKey: parseP256PublicKey(fromHex(ecdsa.publicKey)),
      message: ecdsa.message,
      signature,
      format: 'compact',
      lowS: false,
    }),
  );

/** Agreements and signatures. */
export const curves: readonly KnownAnswers[] = [
  {
    algorithm: 'X25519',
    origin: 'RFC 7748, §5.2 and §6.1; refusals are Sotto’s own',
    native: ['X25519'],
    answers: [
      {
        compute: async () =>
          toHex(
            await agree(
              'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
              fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
            ),
          ),
        expected: 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      },
      {
        compute: async () =>
          toHex(
            await agree(
              '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
              fromHex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
            ),
          ),
        expected: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
      },
      {
        compute: () => refusalOf(() => agree('01'.repeat(32), new Uint8Array(32))),
        expected: 'bad_key',
      },
    ],
  },
  {
    algorithm: 'Ed25519',
    origin: 'RFC 8032, §7.1, test 1',
    native: ['Ed25519', 'Ed25519 key derivation'],
    answers: [
      {
        compute: async () => toHex(await ed25519PublicKey(fromHex(ed25519.seed))),
        expected: ed25519.publicKey,
      },
      { compute: () => edVerdict(new Uint8Array(0)), expected: 'true' },
      { compute: () => edVerdict(new Uint8Array(1)), expected: 'false' },
    ],
  },
  {
    algorithm: 'XEdDSA',
    origin: 'recorded from @signalapp/libsignal-client 0.103.0',
    native: ['Ed25519'],
    answers: xeddsa.flatMap(({ publicKey, message, signature }) => {
      const signed = { publicKey: fromHex(publicKey), message: fromHex(message) };
      return [
        {
          compute: async () =>
            String(await verifyXEdDSA({ ...signed, signature: fromHex(signature) })),
          expected: 'true',
        },
        {
          compute: async () =>
            String(await verifyXEdDSA({ ...signed, signature: altered(fromHex(signature)) })),
          expected: 'false',
        },
      ];
    }),
  },
  {
    algorithm: 'ECDSA P-256',
    origin: 'Project Wycheproof, ecdsa_secp256r1_sha256_p1363_test.json, test 1',
    native: [],
    answers: [
      { compute: () => ecdsaVerdict(fromHex(ecdsa.signature)), expected: 'true' },
      { compute: () => ecdsaVerdict(altered(fromHex(ecdsa.signature))), expected: 'false' },
    ],
  },
];
