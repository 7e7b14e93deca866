/** matrix-sdk-crypto-wasm through its public interface: one device, one room, its store in memory. */
import { importOracle } from '../../packages/crypto/interop/install-oracle.ts';

interface Machine {
  shareRoomKey(room: object, users: object[], settings: object): Promise<unknown>;
  encryptRoomEvent(room: object, type: string, content: string): Promise<string>;
  decryptRoomEvent(event: string, room: object, settings: object): Promise<{ event: string }>;
  sign(message: string): Promise<object>;
}

interface MatrixSdk {
  initAsync(): Promise<void>;
  UserId: new (id: string) => object;
  DeviceId: new (id: string) => object;
  RoomId: new (id: string) => object;
  EncryptionSettings: new () => { rotationPeriodMessages: bigint };
  DecryptionSettings: new (trust: number) => object;
  TrustRequirement: { Untrusted: number };
  OlmMachine: { initialize(user: object, device: object): Promise<Machine> };
}

/** What is measured of it. JSON and its bookkeeping are in each figure; it offers neither without. */
export interface MatrixRoom {
  sign(message: string): Promise<object>;
  encrypt(text: string): Promise<string>;
  decrypt(message: string): Promise<unknown>;
}

const roomName = '!room:example.org';
const userName = '@alice:example.org';

/** A room with a fresh key that is not renewed during the measurement. */
export async function matrixRooms(): Promise<() => Promise<MatrixRoom>> {
  const loaded = await importOracle('@matrix-org/matrix-sdk-crypto-wasm', '18.9.0');
  const { default: sdk } = loaded as { default: MatrixSdk };
  await sdk.initAsync();
  return async () => {
    const machine = await sdk.OlmMachine.initialize(
      new sdk.UserId(userName),
      new sdk.DeviceId('ALICE'),
    );
    const room = new sdk.RoomId(roomName);
    const settings = Object.assign(new sdk.EncryptionSettings(), {
      rotationPeriodMessages: 1_000_000n,
    });
    await machine.shareRoomKey(room, [new sdk.UserId(userName)], settings);
    const trust = new sdk.DecryptionSettings(sdk.TrustRequirement.Untrusted);
    let events = 0;
    return {
      sign: (message) => machine.sign(message),
      encrypt: (body) =>
        machine.encryptRoomEvent(
          room,
          'm.room.message',
          JSON.stringify({ msgtype: 'm.text', body }),
        ),
      decrypt: (content) => {
        const event = JSON.stringify({
          type: 'm.room.encrypted',
          event_id: `$${events++}:example.org`,
          room_id: roomName,
          sender: userName,
          origin_server_ts: 1,
          content: JSON.parse(content) as unknown,
          unsigned: {},
        });
        return machine.decryptRoomEvent(event, room, trust);
      },
    };
  };
}
