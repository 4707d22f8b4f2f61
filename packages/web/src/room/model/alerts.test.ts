import type { Message, Person } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import { ALERT_EVERY_MS, AlertPace, alertOf } from './alerts.ts';

const person = (name: string): Person => ({ idPk: name, name, tag: 'k3fa', colour: 0, emoji: [] });
const me = person('Ann');
const people = [me, person('Bob')];

function said(text: string | undefined): Message {
  return {
    key: `${text}`,
    seq: 1,
    from: person('Bob'),
    own: false,
    text,
    at: 0,
    clockOff: false,
    late: false,
    missingBefore: 0,
    conflicting: false,
    reactions: [],
    pinned: false,
  };
}

describe('an alert', () => {
  test('is about the newest message', () => {
    expect(alertOf([said('one'), said('two')], me, people)).toMatchObject({
      kind: 'message',
      message: { text: 'two' },
    });
  });

  test('is about the newest that mentions the reader, if one does', () => {
    const messages = [said('hi @Ann'), said('@ann again'), said(undefined), said('@Bob')];
    expect(alertOf(messages, me, people)).toMatchObject({ kind: 'mention', message: { text: '@ann again' } });
  });

  test('looks for mentions in the last 50 only, and needs to know who reads', () => {
    const flood = Array.from({ length: 50 }, () => said('noise'));
    expect(alertOf([said('@Ann'), ...flood], me, people)?.kind).toBe('message');
    expect(alertOf([said('@Ann')], undefined, people)?.kind).toBe('message');
  });

  test('there is none for no messages', () => {
    expect(alertOf([], me, people)).toBeUndefined();
  });

  test('comes once in two seconds, and a mention is not held back by other messages', () => {
    const pace = new AlertPace();
    expect(pace.mayAlert('message', 0)).toBe(true);
    expect(pace.mayAlert('message', ALERT_EVERY_MS - 1)).toBe(false);
    expect(pace.mayAlert('mention', 1)).toBe(true);
    expect(pace.mayAlert('message', ALERT_EVERY_MS)).toBe(true);
  });
});
