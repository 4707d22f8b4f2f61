import { expect, test } from 'vitest';
import { CALM_MS, Incident } from './incident.ts';

function open() {
  const reports: string[] = [];
  let time = 0;
  const incident = new Incident<'mild' | 'bad'>({
    now: () => time,
    troubles: ['mild', 'bad'],
    onWorse: (trouble) => void reports.push(trouble),
    onOver: (lastedMs) => void reports.push(`over after ${lastedMs}`),
  });
  const noteFor = (seconds: number, trouble: 'mild' | 'bad' | undefined) => {
    for (let second = 0; second < seconds; second++) {
      time += 1_000;
      incident.note(trouble);
    }
  };
  return { incident, reports, noteFor };
}

test('is reported once when it begins and once when it is over', () => {
  const { incident, reports, noteFor } = open();
  noteFor(3, undefined);
  noteFor(10, 'mild');
  expect(reports).toEqual(['mild']);
  expect(incident.now).toEqual({ trouble: 'mild', seconds: 9 });
  noteFor(CALM_MS / 1_000, undefined);
  expect(reports).toEqual(['mild', 'over after 9000']);
  expect(incident.now).toBeUndefined();
});

test('a problem that comes and goes is one incident', () => {
  const { reports, noteFor } = open();
  for (let i = 0; i < 20; i++) {
    noteFor(1, 'mild');
    noteFor(3, undefined);
  }
  expect(reports).toEqual(['mild']);
});

test('getting worse is reported; getting better only shows in `now`', () => {
  const { incident, reports, noteFor } = open();
  noteFor(1, 'mild');
  noteFor(1, 'bad');
  noteFor(1, 'mild');
  noteFor(1, 'bad');
  noteFor(1, 'mild');
  expect(reports).toEqual(['mild', 'bad']);
  expect(incident.now).toEqual({ trouble: 'mild', seconds: 4 });
});
