import { expect, test } from 'vitest';
import { CALM_MS, Incident } from './incident.ts';

function open() {
  const told: string[] = [];
  let time = 0;
  const incident = new Incident<'mild' | 'bad'>({
    now: () => time,
    troubles: ['mild', 'bad'],
    onWorse: (trouble) => void told.push(trouble),
    onOver: (lastedMs) => void told.push(`over after ${lastedMs}`),
  });
  const noteFor = (seconds: number, trouble: 'mild' | 'bad' | undefined) => {
    for (let second = 0; second < seconds; second++) {
      time += 1_000;
      incident.note(trouble);
    }
  };
  return { incident, told, noteFor };
}

test('told once when it begins, once when it is over', () => {
  const { incident, told, noteFor } = open();
  noteFor(3, undefined);
  noteFor(10, 'mild');
  expect(told).toEqual(['mild']);
  expect(incident.now).toEqual({ trouble: 'mild', seconds: 9 });
  noteFor(CALM_MS / 1_000, undefined);
  expect(told).toEqual(['mild', 'over after 9000']);
  expect(incident.now).toBeUndefined();
});

test('one that comes and goes is one', () => {
  const { told, noteFor } = open();
  for (let i = 0; i < 20; i++) {
    noteFor(1, 'mild');
    noteFor(3, undefined);
  }
  expect(told).toEqual(['mild']);
});

test('what gets worse is told, what gets better is only shown', () => {
  const { incident, told, noteFor } = open();
  noteFor(1, 'mild');
  noteFor(1, 'bad');
  noteFor(1, 'mild');
  noteFor(1, 'bad');
  noteFor(1, 'mild');
  expect(told).toEqual(['mild', 'bad']);
  expect(incident.now).toEqual({ trouble: 'mild', seconds: 4 });
});
