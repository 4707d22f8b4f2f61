// Many short schedules of joins, sends, breaks and resumes, below the SDK: one room and its members, created once and shared.

import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { type Actor, LIFE_MS, QUIET_MS, castOf, leftoversOf, settle, stageFor } from './cast.ts';
import { judge } from './invariants.ts';
import { BREAKS } from './network.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

const CAST = castOf('ABC');
const ACTS = { min: 8, spread: 10 };

export async function runSchedule(seed: number): Promise<Outcome> {
  const stage = await stageFor(CAST, seed);
  const { random, time, network, actors } = stage;

  for (let acts = ACTS.min + random.below(ACTS.spread); acts > 0; acts--) {
    act(actors[random.below(actors.length)], random);
    await time.pass(random.below(25));
  }
  await settle(actors, time);
  const present = new Map(actors.map(({ member }) => [member.witness.name, member.idPk]));
  await time.pass(LIFE_MS + QUIET_MS);

  const witnesses = actors.map(({ member }) => member.witness);
  const leftovers = await leftoversOf(stage);
  return outcomeOf(judge({ witnesses, present, leftovers }), witnesses, network);
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
