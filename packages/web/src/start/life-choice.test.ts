import { describe, expect, test } from 'vitest';
import { lifeChoices, lifeLabel, USUAL_LIMITS } from './life-choice.ts';

describe('the lifetimes offered', () => {
  test('are the usual four on a usual server', () => {
    expect(lifeChoices(USUAL_LIMITS)).toEqual([300, 1800, 7200, 86_400]);
  });

  test('never exceed what the server allows', () => {
    expect(lifeChoices({ life: 1800, lifeMax: 7200 })).toEqual([300, 1800, 7200]);
  });

  test('contain what the server suggests, in its place', () => {
    expect(lifeChoices({ life: 3600, lifeMax: 86_400 })).toEqual([300, 1800, 3600, 7200, 86_400]);
    expect(lifeChoices({ life: 3, lifeMax: 3 })).toEqual([3]);
  });
});

test.each([
  [300, '5 min'],
  [1800, '30 min'],
  [5400, '90 min'],
  [7200, '2 h'],
  [86_400, '24 h'],
  [3, '3 s'],
  [90, '90 s'],
])('%i seconds are %s', (seconds, label) => {
  expect(lifeLabel(seconds)).toBe(label);
});
