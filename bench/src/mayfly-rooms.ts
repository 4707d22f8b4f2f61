// Mayfly's rooms and members, made honestly: real keys, real charters, real proofs. What is sealed is random bytes.

import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { Agent, request } from 'node:http';
import {
  CHARTER_BLOB_BYTES,
  type Position,
  type RoomId,
  SUBPROTOCOL,
  type SigningPurpose,
  type Welcome,
  decodeServerControl,
  encodeCharterArgs,
  encodeClientControl,
  encodeCommand,
  encodeCommandWithBlob,
  encodeCreateRoom,
  encodeUnsignedCommand,
  joinTranscript,
  OP_CHARTER,
  parseRoomId,
  signedBytes,
  utf8,
} from '@mayfly/protocol';
import { OPCODE, clientFrame } from './frames.ts';
import { TurnedAway } from './patience.ts';
import { type Dialect, Wire } from './wire.ts';

export type BenchKey = { readonly pk: Uint8Array; readonly secret: KeyObject };

export type BenchRoom = { readonly id: RoomId; readonly access: BenchKey };

const LIFE_SECONDS = 3600;
/** Binary frames 0x91 and 0x92 are the log; profiles are not sent here. */
const DIALECT: Dialect = { isMessage: (opcode) => opcode === OPCODE.binary };

export function newKey(): BenchKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { pk: rawPublicKey(publicKey), secret: privateKey };
}

/** Reserves a room and opens it with a charter signed by an owner made for it. */
export async function makeRoom(port: number): Promise<BenchRoom> {
  const owner = newKey();
  const access = accessKey(randomBytes(32));
  const reserved = await post(
    port,
    '/api/rooms',
    'application/json',
    encodeCreateRoom({ ownerPk: owner.pk, life: LIFE_SECONDS, history: 'all' }),
  );
  const { id: idText } = JSON.parse(reserved) as { readonly id: string };
  const id = parseRoomId(idText);
  if (id === undefined) throw new Error('the server named a room in an unknown way');
  await post(port, `/api/rooms/${id}/charter`, 'application/octet-stream', charter(id, owner, access));
  return { id, access };
}

// KEY-2: the access key as a link's secret gives it.
function accessKey(linkSecret: Uint8Array): BenchKey {
  const seed = Buffer.from(hkdfSync('sha256', linkSecret, 'mayfly/v1 room-prk', 'mayfly/v1 auth', 32));
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { pk: rawPublicKey(createPublicKey(secret)), secret };
}

function charter(id: RoomId, owner: BenchKey, access: BenchKey): Uint8Array {
  const blob = randomBytes(CHARTER_BLOB_BYTES);
  const args = encodeCharterArgs({
    newEpoch: 0,
    accessPk: access.pk,
    linkPk: new Uint8Array(32),
    door: 1,
    fresh: false,
    blobHash: createHash('sha256').update(blob).digest(),
    moderators: [],
  });
  const signed = encodeUnsignedCommand(id, 0, 1, OP_CHARTER, args);
  return encodeCommandWithBlob(encodeCommand(signed, owner.pk, signFor(owner, 'cmd', signed)), blob);
}

export type Joined = { readonly wire: Wire; readonly position: Position };

/** Joins as a newcomer, or comes back to a position as a known member. */
export async function join(
  port: number,
  room: BenchRoom,
  identity: BenchKey,
  position?: Position,
): Promise<Joined> {
  const { wire, welcome } = await greet(port, room, identity, position);
  wire.startCounting(welcome.seq + 1 - welcome.first);
  return { wire, position: { logId: welcome.logId, seq: welcome.seq } };
}

/** As `join`, but the texts that come after the welcome are kept. */
export async function greet(
  port: number,
  { id, access }: BenchRoom,
  identity: BenchKey,
  position?: Position,
): Promise<{ readonly wire: Wire; readonly welcome: Welcome }> {
  const wire = await Wire.open({ port, path: '/ws', subprotocol: SUBPROTOCOL }, DIALECT);
  const challenge = decodeServerControl(await wire.nextText());
  if (challenge?.type !== 'challenge') throw new Error('the server did not begin with a challenge');
  const transcript = joinTranscript(id, challenge.nonce, identity.pk);
  const proof = encodeClientControl({
    type: 'join',
    id,
    idPk: identity.pk,
    idSig: signFor(identity, 'id', transcript),
    epoch: 0,
    ...(position ? { as: 'member', position } : { as: 'key', keySig: signFor(access, 'join', transcript) }),
  });
  wire.write(clientFrame(OPCODE.text, utf8(proof)));
  const welcome = decodeServerControl(await wire.nextText());
  if (welcome?.type !== 'welcome') throw new Error(`no welcome, but ${welcome?.type ?? 'nonsense'}`);
  return { wire, welcome };
}

function signFor({ secret }: BenchKey, purpose: SigningPurpose, message: Uint8Array): Uint8Array {
  return sign(null, signedBytes(purpose, message), secret);
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return Uint8Array.from(key.export({ format: 'der', type: 'spki' }).subarray(-32));
}

const TRY_AGAIN = new Set([408, 429, 503]);
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

function post(port: number, path: string, type: string, body: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    // Such as *socket hang up*, where the server was too busy to see the request before its patience with an idle
    // connection was over; and also in the middle of an answer.
    const putOff = ({ message }: Error) => reject(new TurnedAway(message));
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
    const asked = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', putOff);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        const { statusCode = 500 } = answer;
        if (statusCode < 300) return resolve(text);
        const said = `${path.replace(/rooms\/\w+/, 'rooms/…')}: ${statusCode} ${text}`;
        reject(TRY_AGAIN.has(statusCode) ? new TurnedAway(said) : new Error(said));
      });
    });
    asked.on('error', putOff);
    asked.end(body);
  });
}
