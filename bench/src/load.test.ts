import { expect, test } from 'vitest';
import { cpuPerMillion } from './figures.ts';
import { Driver, RoomLoad, takeTurns } from './load.ts';

function member() {
  return {
    messages: 0,
    onMessage: () => {},
    written: [] as number[],
    write(frame: Buffer) {
      this.written.push(frame[0] ?? 0);
    },
  };
}

function hear(wire: ReturnType<typeof member>, howMany = 1) {
  for (let i = 0; i < howMany; i++) {
    wire.messages++;
    wire.onMessage();
  }
}

test('a message has arrived when the last member has it, and not before', () => {
  const members = [member(), member(), member()] as const;
  let arrivals = 0;
  const room = new RoomLoad(
    members,
    [],
    1,
    (n) => Buffer.of(n),
    () => void arrivals++,
  );
  room.publish();
  room.publish();
  hear(members[0], 2);
  hear(members[1], 2);
  expect([arrivals, room.underway]).toEqual([0, 2]);
  hear(members[2]);
  expect([arrivals, room.underway]).toEqual([1, 1]);
  hear(members[2]);
  expect([arrivals, room.underway]).toEqual([2, 0]);
});

test('authors take turns, and each goes on counting where the load before ended', () => {
  const members = [member(), member(), member()] as const;
  const counts: number[] = [];
  const load = () =>
    new RoomLoad(
      members,
      counts,
      2,
      (n) => Buffer.of(n),
      () => {},
    );
  const first = load();
  for (let i = 0; i < 3; i++) first.publish();
  load().publish();
  expect(members.map(({ written }) => written)).toEqual([[1, 2, 3], [1], []]);
});

test('what came before the load does not count', () => {
  const members = [member(), member()] as const;
  hear(members[0], 5);
  let arrivals = 0;
  const room = new RoomLoad(
    members,
    [],
    1,
    (n) => Buffer.of(n),
    () => void arrivals++,
  );
  room.publish();
  hear(members[0]);
  expect(arrivals).toBe(0);
  hear(members[1]);
  expect(arrivals).toBe(1);
});

test('a contender that fails is out: the others go on, and its figure is the reason', async () => {
  let tries = 0;
  let seconds = 0;
  const contender = {
    name: '',
    program: { path: '' },
    openRoom: () => expect.unreachable(),
    writer: () => () => Buffer.of(),
  };
  const crash = () => {
    tries++;
    throw new Error('the server | is\ngone');
  };
  const drivers = [crash, () => [seconds++]].map((cpuByProcess) => {
    const server = { cpuByProcess, kernelSeconds: () => 0, rest: async () => {} };
    return new Driver({ contender, rooms: [[]], server }, 1);
  });
  const plan = { rounds: 2, roundMs: 1, warmUpMs: 1 };
  const [failed = [], sound = []] = await takeTurns(plan, drivers, () => ({ inFlight: 0 }));
  expect(tries).toBe(1);
  expect(cpuPerMillion(failed)).toEqual({ refused: 'the server is gone' });
  expect(sound.map((round) => round.serverCpuSeconds)).toEqual([1, 1]);
});
