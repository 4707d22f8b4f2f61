// `npm run paper-plan`: checks the arithmetic of docs/scaling.md by counting. Rooms get random codes, people and nodes (seeded);
// keys and channels are named as the server names them. Then it counts partitions, primaries and subscriptions.
// The defaults are `-- --rooms 1000000 --people 10000000 --nodes 100 --primaries 6`.

import { parseArgs } from 'node:util';
import { importSource } from './setup/build.mjs';
import { fail, wholeNumber } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

const SIZE = { rooms: 1_000_000, people: 10_000_000, nodes: 100, primaries: 6, seed: 1 };
const SLOTS = 16_384;
const CODE_LENGTH = 6;

const { values } = parseArgs({
  options: Object.fromEntries(
    Object.keys(SIZE).map((name) => [name, { type: /** @type {const} */ ('string') }]),
  ),
});
const given = Object.fromEntries(
  Object.entries(values).map(([name, text]) => [name, wholeNumber(name, String(text), { min: 1 })]),
);
const { rooms, people, nodes, primaries, seed } = { ...SIZE, ...given };

requireNode();
installPackages();
const { BASE58, parseRoomId } = await importSource('packages/protocol/src/index.ts');
const { partitionOf, roomChannel, roomKey, slotOf } = await importSource(
  'packages/server/src/store/redis/keyspace.ts',
);
const { SeededRandom } = await importSource('packages/server/src/testing/random.ts');
const random = new SeededRandom(seed);

/** @type {Map<string, number>} */
const perPartition = new Map();
const perPrimary = Array.from({ length: primaries }, () => 0);
const listensOn = Array.from({ length: nodes }, () => 0);
const subscriptions = { spread: 0, routed: rooms };
let deliveries = { spread: 0, routed: 0 };
let members = 0;

for (let room = 0; room < rooms; room += 1) {
  const name = roomName();
  const key = roomKey(name);
  const slot = slotOf(key);
  if (slot !== slotOf(roomChannel(name))) throw new Error('a room and its channel lie apart');
  const partition = partitionOf(key);
  perPartition.set(partition, (perPartition.get(partition) ?? 0) + 1);
  addOne(perPrimary, Math.floor((slot * primaries) / SLOTS));

  const size = crowdSize();
  members += size;
  const here = new Set();
  for (let member = 0; member < size; member += 1) here.add(random.below(nodes));
  for (const node of here) addOne(listensOn, node);
  subscriptions.spread += here.size;
  // Everyone writes equally often, so a room of m people announces m times as often.
  deliveries = {
    spread: deliveries.spread + size * here.size,
    routed: deliveries.routed + size,
  };
}

print('rooms', rooms);
print('people', members);
print('rooms in a partition', `${spread([...perPartition.values()])}, ${perPartition.size} partitions`);
print('rooms on a primary', `${spread(perPrimary)}, ${primaries} primaries`);
print('subscriptions, any node for anyone', subscriptions.spread);
print('  of one node', spread(listensOn));
print('  nodes that receive a message', (deliveries.spread / deliveries.routed).toFixed(2));
print('subscriptions, routed by room', subscriptions.routed);

function roomName() {
  let name = '';
  while (name.length < CODE_LENGTH) name += BASE58[random.below(BASE58.length)];
  return parseRoomId(name) ?? fail(`${name} is not a room code.`);
}

// Geometric with the given mean, at least one: many small rooms, a few large.
function crowdSize() {
  const mean = people / rooms;
  let size = 1;
  while (random.below(1_000_000) >= 1_000_000 / mean) size += 1;
  return size;
}

/**
 * @param {number[]} counts
 * @param {number} index
 */
function addOne(counts, index) {
  counts[index] = (counts[index] ?? 0) + 1;
}

/** @param {readonly number[]} counts */
function spread(counts) {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  /** @param {number} count */
  const share = (count) => `${Math.round((100 * count) / mean)} %`;
  return `mean ${Math.round(mean)}, least ${share(Math.min(...counts))}, most ${share(Math.max(...counts))}`;
}

/**
 * @param {string} what
 * @param {number | string} count
 */
function print(what, count) {
  const text = typeof count === 'number' ? count.toLocaleString('en') : count;
  process.stdout.write(`${what.padEnd(40)}${text}\n`);
}
