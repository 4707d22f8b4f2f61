// The members of simulations below the SDK: created once and shared by all, each with its own wire.

import { toHex } from '@mayfly/protocol';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { Signer, makeCharter, roomId, sealedProfile } from '../../../packages/server/src/testing/signer.ts';
import { FakeTime } from './fake-time.ts';
import { LightMember, type Proofs } from './light-member.ts';
import { SimulatedNetwork, type SimulatedWire } from './network.ts';
import { SimulatedNode } from './node.ts';

const ROOM = roomId('Schedu1e');
const CHARTER = makeCharter(ROOM, new Signer('owner'));
export const LIFE_MS = 600_000;
export const QUIET_MS = 90_000;

const ACCESS = new Signer(`access ${ROOM}`);
/** Challenges repeat, so each proof is signed only once; the server verifies every one. */
const NONCES = 16;

type Role = { readonly name: string; readonly signer: Signer; readonly proofs: Proofs };

export type Actor = { readonly member: LightMember; wire: SimulatedWire | undefined };

/** A room on its own node, and its future members. All of it follows from the seed. */
export type Stage = {
  readonly random: SeededRandom;
  readonly time: FakeTime;
  readonly node: SimulatedNode;
  readonly network: SimulatedNetwork;
  readonly actors: readonly Actor[];
};

export async function stageFor(cast: readonly Role[], seed: number, listedMax?: number): Promise<Stage> {
  const random = new SeededRandom(seed);
  const time = new FakeTime();
  const node = new SimulatedNode({
    time,
    seed,
    historyMessages: 200,
    random: repeatedChallenges(random),
    ...(listedMax !== undefined && { listedMax }),
  });
  await node.open(ROOM, CHARTER, LIFE_MS, 'all');
  const network = new SimulatedNetwork(time, random, node.accept);
  return { random, time, node, network, actors: cast.map((role) => actorAs(role, network, time, random)) };
}

/** One for each letter. */
export function castOf(letters: string): readonly Role[] {
  return [...letters].map((name) => ({ name, signer: new Signer(name), proofs: proofsOf(name) }));
}

function repeatedChallenges(random: SeededRandom): (length: number) => Uint8Array {
  return (length) => new Uint8Array(length).fill(1 + random.below(NONCES));
}

function actorAs(
  { name, signer, proofs }: Role,
  network: SimulatedNetwork,
  time: FakeTime,
  random: SeededRandom,
): Actor {
  const delayMs = { min: random.below(10), spread: 1 + random.below(30) };
  const transport = network.transport(
    () => ({ delayMs }),
    (wire) => (actor.wire = wire),
  );
  const profile = sealedProfile(name.charCodeAt(0));
  const now = () => time.now();
  const member = new LightMember({ name, room: ROOM, signer, proofs, profile, transport, now });
  const actor: Actor = { member, wire: undefined };
  return actor;
}

/** They come back, and stay until they have heard all their own messages; a silent wire is given up. */
export async function settle(actors: readonly Actor[], time: FakeTime): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    for (const { member, wire } of actors) if (!member.live || wire?.isWhole !== true) member.connect();
    await time.pass(QUIET_MS);
  }
}

/** What must be nothing when the room has ended. */
export async function leftoversOf({
  node,
  time,
  network,
}: Pick<Stage, 'node' | 'time' | 'network'>): Promise<Readonly<Record<string, number>>> {
  const { hub, store } = await node.leftovers();
  return {
    'rooms in the hub': hub,
    'rooms in the store': store,
    timers: time.pending,
    connections: network.size,
    'bytes too many for one reader': network.piledUp,
    'troubles of the server': node.troubles.length,
  };
}

function proofsOf(name: string): Proofs {
  const signer = new Signer(name);
  const id = remembered((transcript) => signer.sign('id', transcript));
  const key = remembered((transcript) => ACCESS.sign('join', transcript));
  return { id, key };
}

function remembered(sign: (transcript: Uint8Array) => Uint8Array): (transcript: Uint8Array) => Uint8Array {
  const signed = new Map<string, Uint8Array>();
  return (transcript) => {
    const name = toHex(transcript);
    const signature = signed.get(name) ?? sign(transcript);
    signed.set(name, signature);
    return signature;
  };
}
