// A room that grows past the limit for listing names and shrinks again, on a bad network: presence by counts.

import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { type Actor, LIFE_MS, QUIET_MS, castOf, leftoversOf, settle, stageFor } from './cast.ts';
import { judge } from './invariants.ts';
import { BREAKS } from './network.ts';
import { type Outcome, outcomeOf, total } from './outcome.ts';
import type { Seen } from './witness.ts';

const CAST = castOf('ABCDEFGHIJKL');
const LISTED_MAX = 8;
/** Names are listed again at this size, at the latest. */
const LISTED_AGAIN = 6;
const ACTS = 80;
/** The tide turns after so many acts. */
const TIDE = 20;
const STEP_MS = 400;

export type CrowdOutcome = Outcome & {
  /** How often a member's list became a count, and was whole again while they stayed. */
  readonly crossedUp: number;
  readonly crossedDown: number;
};

export async function runCrowd(seed: number): Promise<CrowdOutcome> {
  const stage = await stageFor(CAST, seed, LISTED_MAX);
  const { random, time, network, actors } = stage;

  for (let acts = 0; acts < ACTS; acts++) {
    const rising = Math.floor(acts / TIDE) % 2 === 0;
    act(actors[random.below(actors.length)], rising, random);
    await time.pass(random.below(STEP_MS));
  }
  const stay = random.below(CAST.length) + 1;
  for (const { member } of actors.slice(stay)) member.disconnect();
  const here = actors.slice(0, stay);
  await settle(here, time);
  const present = new Map(here.map(({ member }) => [member.witness.name, member.idPk]));
  const unheard = here
    .filter(({ member }) => !member.profileHeard)
    .map(({ member }) => `PRESENCE-5: ${member.witness.name} never heard their own profile`);
  await time.pass(LIFE_MS + QUIET_MS);

  const witnesses = actors.map(({ member }) => member.witness);
  const leftovers = await leftoversOf(stage);
  const faults = [...judge({ witnesses, present, leftovers, listedAgain: LISTED_AGAIN }), ...unheard];
  return {
    ...outcomeOf(faults, witnesses, network),
    crossedUp: total(witnesses, ({ seen }) => crossings(seen, false)),
    crossedDown: total(witnesses, ({ seen }) => crossings(seen, true)),
  };
}

function act(actor: Actor | undefined, rising: boolean, random: SeededRandom): void {
  if (actor === undefined) return;
  const { member, wire } = actor;
  const chance = random.below(20);
  if (!member.connected) {
    if (rising || chance < 3) member.connect();
  } else if (chance < 6) member.write();
  else if (chance < 8) wire?.break(random.pick(BREAKS));
  else if (!rising && chance < 16) member.leave();
  else if (!rising) member.disconnect();
}

// Within one connection: a welcome's own snapshot is no crossing.
function crossings(seen: readonly Seen[], to: boolean): number {
  let whole: boolean | undefined;
  let crossed = 0;
  for (const sight of seen) {
    if (sight.saw === 'welcome') whole = undefined;
    if (sight.saw !== 'presence') continue;
    if (whole === !to && sight.whole === to) crossed += 1;
    whole = sight.whole;
  }
  return crossed;
}
