// Nodes that die and nodes that are replaced while people talk, and how long it holds people up.

import { CLOSE } from '@mayfly/protocol';
import { eventually } from '../faults/crowd.ts';
import type { Cluster } from './cluster.ts';
import type { Person, Population } from './population.ts';

/** A member without a connection for longer counts as stuck. */
const BACK_WITHIN_MS = 180_000;
const SOON_MS = 3_000;

export type KillReport = {
  /** Connections that died with their node. */
  readonly lost: number;
  /** Of these, the ones back within three seconds. */
  readonly soonPercent: number;
  /** For each of them, milliseconds from the kill to the welcome elsewhere. */
  readonly back: readonly number[];
  /** For each of them, the longest that a message took from being written to being shown, in milliseconds. */
  readonly pauses: readonly number[];
  readonly complaints: readonly string[];
};

/**
 * The node with most members is killed, again and again; one of them goes for good at the same moment. `steadyMs`: how
 * long everybody has been in by then, since a client whose connections never last waits longer each time.
 */
export async function kill(
  cluster: Cluster,
  population: Population,
  { times, steadyMs }: { readonly times: number; readonly steadyMs: number },
): Promise<KillReport> {
  const back: number[] = [];
  const pauses: number[] = [];
  const complaints: string[] = [];
  for (let round = 1; round <= times; round += 1) {
    await eventually(() => population.people.every((person) => isSteady(person, steadyMs)), BACK_WITHIN_MS);
    const node = population.fullest();
    const [unlucky, ...affected] = population.at(node);
    const since = Date.now();
    await node.kill();
    if (unlucky !== undefined) population.replace(unlucky);
    const areBack = await eventually(
      () => affected.every((person) => backAt(person, since) !== undefined),
      BACK_WITHIN_MS,
    );
    if (!areBack) complaints.push(`kill ${round}: not everybody came back`);
    if (!(await population.settled())) complaints.push(`kill ${round}: not everybody was heard`);
    await node.startAgain();
    back.push(...affected.map((person) => (backAt(person, since) ?? Infinity) - since));
    pauses.push(...affected.map((person) => longestWait(person, population.people, since)));
    complaints.push(...(await cluster.casualties()));
  }
  const soon = back.filter((ms) => ms <= SOON_MS).length;
  return { lost: back.length, soonPercent: (100 * soon) / back.length, back, pauses, complaints };
}

export type RollReport = {
  /** Members that changed nodes without losing a connection. */
  readonly moved: number;
  /** Connections that the stopping node had to close. */
  readonly cut: number;
  /** For everybody in each roll, as in a kill's report. */
  readonly pauses: readonly number[];
  readonly complaints: readonly string[];
};

/** All nodes one after the other, each started again when it has ended. */
export async function roll(cluster: Cluster, population: Population, times: number): Promise<RollReport> {
  let [moved, cut] = [0, 0];
  const pauses: number[] = [];
  const complaints: string[] = [];
  for (let round = 1; round <= times; round += 1) {
    const since = Date.now();
    for (const node of cluster.nodes) {
      const code = await node.stop();
      if (code !== 0) complaints.push(`roll ${round}: a node ended with ${code}`);
      await node.startAgain();
    }
    if (!(await population.settled())) complaints.push(`roll ${round}: not everybody was heard`);
    for (const person of population.people) {
      const sights = person.since(since);
      // Replaced by their own next connection, whose welcome is on its way (rule CLOSE-4), they were never out.
      const lost = sights.filter(
        (sight) => sight.saw === 'closed' && sight.code !== CLOSE.replaced.code,
      ).length;
      cut += lost;
      moved += sights.filter(({ saw }) => saw === 'welcome').length - lost;
      pauses.push(longestWait(person, population.people, since));
    }
    complaints.push(...(await cluster.casualties()));
  }
  return { moved, cut, pauses, complaints };
}

function isSteady({ member }: Person, forMs: number): boolean {
  const last = member.witness.seen.findLast(({ saw }) => saw === 'welcome' || saw === 'closed');
  return last?.saw === 'welcome' && Date.now() - last.at >= forMs;
}

function backAt(person: Person, since: number): number | undefined {
  return person.since(since).find(({ saw }) => saw === 'welcome')?.at;
}

/** Of what was written in the room since then and is shown to this person, the longest from the one to the other. */
function longestWait(person: Person, people: readonly Person[], since: number): number {
  const roommates = people.filter(({ crowd }) => crowd === person.crowd);
  const written = new Map(
    roommates.flatMap((mate) =>
      mate.since(since).flatMap((sight) => (sight.saw === 'wrote' ? [[sight.text, sight.at] as const] : [])),
    ),
  );
  const waits = person.since(since).flatMap((sight) => {
    const from = sight.saw === 'message' ? written.get(sight.text) : undefined;
    return from === undefined ? [] : [sight.at - from];
  });
  return Math.max(0, ...waits);
}
