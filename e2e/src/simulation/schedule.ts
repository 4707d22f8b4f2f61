// Many short schedules of joins, sends, breaks and resumes, below the SDK: one room and its people, made once, used by all.

import { toHex } from '@mayfly/protocol';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { Signer, makeCharter, roomId } from '../../../packages/server/src/testing/signer.ts';
import { FakeTime } from './fake-time.ts';
import { judge } from './invariants.ts';
import { LightMember, type Proofs } from './light-member.ts';
import { BREAKS, SimulatedNetwork, type SimulatedWire } from './network.ts';
import { SimulatedNode } from './node.ts';
import type { Witness } from './witness.ts';

/** Challenges repeat, so that each proof is signed once; the server verifies every one. */
const NONCES = 16;

const ROOM = roomId('Schedu1e');
const CHARTER = makeCharter(ROOM, new Signer('owner'));
const ACCESS = new Signer(`access ${ROOM}`);
const CAST = ['A', 'B', 'C'].map((name) => ({ name, signer: new Signer(name), proofs: proofsOf(name) }));

const LIFE_MS = 600_000;
const QUIET_MS = 90_000;
const ACTS = { min: 8, spread: 10 };

export type ScheduleOutcome = {
  readonly faults: readonly string[];
  readonly witnesses: readonly Witness[];
  readonly broken: number;
  readonly resumes: number;
  readonly echoed: number;
};

type Actor = { readonly member: LightMember; wire: SimulatedWire | undefined };

export async function runSchedule(seed: number): Promise<ScheduleOutcome> {
  const random = new SeededRandom(seed);
  const time = new FakeTime();
  const challenges = (length: number) => new Uint8Array(length).fill(1 + random.below(NONCES));
  const node = new SimulatedNode({ time, seed, historyMessages: 200, random: challenges });
  await node.open(ROOM, CHARTER, LIFE_MS, 'all');
  const network = new SimulatedNetwork(time, random, node.accept);
  const actors = CAST.map((who) => actorAs(who, network, time, random));

  for (let acts = ACTS.min + random.below(ACTS.spread); acts > 0; acts--) {
    act(actors[random.below(actors.length)], random);
    await time.pass(random.below(25));
  }
  await settle(actors, time);
  const present = new Map(actors.map(({ member }) => [member.witness.name, member.idPk]));
  await time.pass(LIFE_MS + QUIET_MS);

  const witnesses = actors.map(({ member }) => member.witness);
  const { hub, store } = await node.leftovers();
  const leftovers = {
    'rooms in the hub': hub,
    'rooms in the store': store,
    timers: time.pending,
    connections: network.size,
    'troubles of the server': node.troubles.length,
  };
  return {
    faults: judge({ witnesses, present, leftovers }),
    witnesses,
    broken: network.broken,
    resumes: witnesses.reduce((sum, witness) => sum + witness.resumes, 0),
    echoed: witnesses.reduce((sum, witness) => sum + witness.count('echoed'), 0),
  };
}

function actorAs(
  { name, signer, proofs }: (typeof CAST)[number],
  network: SimulatedNetwork,
  time: FakeTime,
  random: SeededRandom,
): Actor {
  const delayMs = { min: random.below(10), spread: 1 + random.below(30) };
  const transport = network.transport(
    () => ({ delayMs }),
    (wire) => (actor.wire = wire),
  );
  const member = new LightMember({ name, room: ROOM, signer, proofs, transport, now: () => time.now() });
  const actor: Actor = { member, wire: undefined };
  return actor;
}

function act(actor: Actor | undefined, random: SeededRandom): void {
  if (actor === undefined) return;
  const { member, wire } = actor;
  const chance = random.below(20);
  // A second wire while the first still stands is the race of a half-open socket and its owner's return.
  if (!member.connected || chance === 0) member.connect();
  else if (chance < 11) member.write();
  else if (chance < 16) wire?.break(random.pick(BREAKS));
  else if (chance < 18) member.disconnect();
  else member.trespass(random.pick(['gap', 'epoch', 'erase']));
}

// Everybody comes back, and stays until they have heard all their own messages; a silent wire is given up.
async function settle(actors: readonly Actor[], time: FakeTime): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    for (const { member, wire } of actors) if (!member.live || wire?.isWhole !== true) member.connect();
    await time.pass(QUIET_MS);
  }
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
