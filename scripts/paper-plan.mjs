// `npm run paper-plan`: checks the arithmetic of docs/scaling.md by counting. Rooms get codes, people and nodes by chance (seeded),
// keys and channels the names that the server gives them; then partitions, primaries and subscriptions are counted.
// `-- --rooms 1000000 --people 10000000 --nodes 100 --primaries 6` are what it counts without being told.

import { parseArgs } from 'node:util';
import { importSource, installPackages, requireNode } from './bootstrap.mjs';

const SIZE = { rooms: 1_000_000, people: 10_000_000, nodes: 100, primaries: 6, seed: 1 };
const SLOTS = 16_384;
const CODE_LENGTH = 6;

requireNode();
installPackages();
const { values } = parseArgs({
  options: Object.fromEntries(Object.keys(SIZE).map((name) => [name, { type: 'string' }])),
});
const { rooms, people, nodes, primaries, seed } = {
  ...SIZE,
  ...Object.fromEntries(Object.entries(values).map(([name, text]) => [name, wholeNumber(name, text)])),
};

const { BASE58 } = await importSource('packages/protocol/src/index.ts');
const { partitionOf, roomChannel, roomKey, slotOf } = await importSource(
  'packages/server/src/store/redis/keyspace.ts',
);
const { SeededRandom } = await importSource('packages/server/src/testing/random.ts');
const random = new SeededRandom(seed);

const perPartition = new Map();
const perPrimary = Array.from({ length: primaries }, () => 0);
const listensOn = Array.from({ length: nodes }, () => 0);
const subscriptions = { spread: 0, routed: rooms };
let deliveries = { spread: 0, routed: 0 };
let seated = 0;

for (let room = 0; room < rooms; room += 1) {
  const name = roomName();
  const key = roomKey(name);
  const slot = slotOf(key);
  if (slot !== slotOf(roomChannel(name))) throw new Error('a room and its channel lie apart');
  const partition = partitionOf(key);
  perPartition.set(partition, (perPartition.get(partition) ?? 0) + 1);
  perPrimary[Math.floor((slot * primaries) / SLOTS)] += 1;

  const members = crowdSize();
  seated += members;
  const here = new Set();
  for (let member = 0; member < members; member += 1) here.add(random.below(nodes));
  for (const node of here) listensOn[node] += 1;
  subscriptions.spread += here.size;
  // Everybody writes as often as everybody else: a room of m is announced m times as often.
  deliveries = {
    spread: deliveries.spread + members * here.size,
    routed: deliveries.routed + members,
  };
}

tell('rooms', rooms);
tell('people', seated);
tell('rooms in a partition', `${spread([...perPartition.values()])}, ${perPartition.size} partitions`);
tell('rooms on a primary', `${spread(perPrimary)}, ${primaries} primaries`);
tell('subscriptions, any node for anybody', subscriptions.spread);
tell('  of one node', spread(listensOn));
tell('  nodes that hear a message', (deliveries.spread / deliveries.routed).toFixed(2));
tell('subscriptions, routed by room', subscriptions.routed);

function roomName() {
  let name = '';
  while (name.length < CODE_LENGTH) name += BASE58[random.below(BASE58.length)];
  return name;
}

// One, and then more with an even chance of stopping: many small rooms, some large, the mean as asked for.
function crowdSize() {
  const mean = people / rooms;
  let size = 1;
  while (random.below(1_000_000) >= 1_000_000 / mean) size += 1;
  return size;
}

function spread(counts) {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const share = (count) => `${Math.round((100 * count) / mean)} %`;
  return `mean ${Math.round(mean)}, least ${share(Math.min(...counts))}, most ${share(Math.max(...counts))}`;
}

function tell(what, count) {
  const text = typeof count === 'number' ? count.toLocaleString('en') : count;
  process.stdout.write(`${what.padEnd(40)}${text}\n`);
}

function wholeNumber(name, text) {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  process.stderr.write(`mayfly: --${name} takes a whole number above 0\n`);
  process.exit(1);
}
