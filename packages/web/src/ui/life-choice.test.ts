import { describe, expect, test } from 'vitest';
import { lifeChoices } from './life-choice.ts';

describe('the lifetimes offered', () => {
  test('are the usual four on a usual server', () => {
    expect(lifeChoices({ life: 1800, lifeMax: 86_400 })).toEqual([300, 1800, 7200, 86_400]);
  });

  test('never exceed what the server allows', () => {
    expect(lifeChoices({ life: 1800, lifeMax: 7200 })).toEqual([300, 1800, 7200]);
  });

  test('contain what the server suggests, in its place', () => {
    expect(lifeChoices({ life: 3600, lifeMax: 86_400 })).toEqual([300, 1800, 3600, 7200, 86_400]);
    expect(lifeChoices({ life: 3, lifeMax: 3 })).toEqual([3]);
  });
});
