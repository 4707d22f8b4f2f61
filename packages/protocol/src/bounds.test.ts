// What a client believes of a server that lies (rules BOUND-1 and BOUND-2).

import { describe, expect, test } from 'vitest';
import { decodeApiRefusal, decodeServerLimits } from './api.ts';
import { toBase64url, u16 } from './bytes.ts';
import { CHARTER_BLOB_BYTES, encodeCommand, encodeUnsignedCommand } from './command.ts';
import { parseRoomId } from './ids.ts';
import { FILE_PART_BYTES } from './file-size.ts';
import {
  FILE_LIMITS_MAX,
  FRAME_BYTES_MAX,
  HISTORY_MAX,
  LISTED_MAX,
  ROOM_MEMBERS_MAX,
  WAIT_MS_MAX,
} from './limits.ts';
import { decodeServerControl } from './frames/server-frames.ts';

const HUGE = 2 ** 40;
const WEEK_MS = 7 * 24 * 3600 * 1000;

const zeros = (length: number) => toBase64url(new Uint8Array(length));
const id = parseRoomId('k7Qm2x') ?? expect.unreachable();
const unsigned = encodeUnsignedCommand(id, 0, 1, 1, u16(1));

const WELCOME = {
  type: 'welcome',
  slot: zeros(8),
  logId: zeros(8),
  seq: 1,
  first: 1,
  mode: 'resume',
  epoch: 0,
  c: 1,
  charter: toBase64url(encodeCommand(unsigned, new Uint8Array(32), new Uint8Array(64))),
  blob: zeros(CHARTER_BLOB_BYTES),
  lastN: 0,
  closed: false,
  slow: 0,
  history: 'all',
  count: 1,
  limits: { members: 2, historyMessages: 10, historyBytes: 1000 },
  lifeMs: 1_800_000,
  expiresInMs: 1_800_000,
};

const limitsOf = (life: number, lifeMax: number) => decodeServerLimits(JSON.stringify({ life, lifeMax }));
const pauseOf = (retryAfterMs: unknown) =>
  decodeApiRefusal(JSON.stringify({ error: 'rate', retryAfterMs }))?.retryAfterMs;
const decoded = (frame: object) => decodeServerControl(JSON.stringify(frame));

const contactOf = (abuseContact: unknown) =>
  decodeServerLimits(JSON.stringify({ life: 60, lifeMax: 60, abuseContact }));

test('API-6: a contact is an email address or an https link, and nothing that could be more', () => {
  for (const contact of ['abuse@chat.example', 'https://chat.example/report?a=b#c']) {
    expect(contactOf(contact)).toEqual({ life: 60, lifeMax: 60, abuseContact: contact });
  }
  const wrong = [
    7,
    '',
    'a',
    'javascript:alert(1)',
    'http://a.example',
    'mailto:a@b?cc=c@d',
    'a@b c',
    'https://a"onclick',
    'a@\u202eb',
    `a@${'b'.repeat(200)}`,
  ];
  for (const contact of wrong) expect(contactOf(contact), String(contact)).toEqual({ life: 60, lifeMax: 60 });
});

describe('BOUND-1: what a server claims is cut to what any honest one says', () => {
  test('pauses and windows: an hour', () => {
    const refused = { type: 'refused', code: 'rate', retryAfterMs: HUGE };
    expect(decoded(refused)).toMatchObject({ retryAfterMs: WAIT_MS_MAX });
    expect(decoded({ type: 'goaway', withinMs: HUGE })).toMatchObject({ withinMs: WAIT_MS_MAX });
  });

  test('the time left: a week', () => {
    expect(decoded({ type: 'life', expiresInMs: HUGE })).toMatchObject({ expiresInMs: WEEK_MS });
    const sight = {
      type: 'room',
      count: HUGE,
      expiresInMs: HUGE,
      history: 'all',
      full: false,
      closed: false,
    };
    expect(decoded(sight)).toMatchObject({ count: ROOM_MEMBERS_MAX, expiresInMs: WEEK_MS });
  });

  test('a welcome: life, members, history, rates', () => {
    const huge = { perSecond: 1e300, burst: 1e300 };
    const tiny = { perSecond: 1e-300, burst: 1e-300 };
    const limits = {
      members: HUGE,
      historyMessages: HUGE,
      historyBytes: HUGE,
      rates: { messages: huge, bytes: tiny },
    };
    const claims = { lifeMs: HUGE, expiresInMs: HUGE, slow: HUGE, count: HUGE, limits };
    expect(decoded({ ...WELCOME, ...claims })).toMatchObject({
      lifeMs: WEEK_MS,
      expiresInMs: WEEK_MS,
      slow: 3600,
      count: ROOM_MEMBERS_MAX,
      limits: {
        members: ROOM_MEMBERS_MAX,
        historyMessages: HISTORY_MAX.messages,
        historyBytes: HISTORY_MAX.bytes,
        rates: {
          messages: { perSecond: 2 ** 32 - 1, burst: 2 ** 32 - 1 },
          bytes: { perSecond: 1 / 3600, burst: 1 },
        },
      },
    });
    expect(decoded({ ...WELCOME, lifeMs: 0 })).toMatchObject({ lifeMs: 3_000 });
  });

  test('files: sizes, pauses and parts', () => {
    const filesOf = (files: object) => decoded({ ...WELCOME, limits: { ...WELCOME.limits, files } });
    expect(filesOf({ file: HUGE, room: HUGE, part: HUGE })).toMatchObject({
      limits: { files: { ...FILE_LIMITS_MAX, part: FILE_PART_BYTES } },
    });
    expect(filesOf({ file: 1, room: 1, part: 0 })).toMatchObject({ limits: { files: { part: 65_536 } } });
    for (const odd of [-1, 1.5, null, '5', Number.MAX_VALUE])
      expect(filesOf({ file: odd, room: 1, part: 1 })).not.toHaveProperty('limits.files');

    const fid = zeros(16);
    const refused = { type: 'fileRefused', fid, code: 'rate', retryAfterMs: HUGE };
    expect(decoded(refused)).toMatchObject({ retryAfterMs: WAIT_MS_MAX });
    const open = { type: 'fileOpen', fid, token: zeros(32), parts: HUGE, have: zeros(60_000) };
    expect(decoded(open)).toBeUndefined();
  });

  test('places in the log have 32 bits', () => {
    expect(decoded({ ...WELCOME, first: 2 ** 32 })).toBeDefined();
    expect(decoded({ ...WELCOME, first: 2 ** 32 + 1 })).toBeUndefined();
    expect(decoded({ ...WELCOME, seq: 2 ** 32 })).toBeUndefined();
  });

  test('what it allows a room: no shorter and no longer than there are', () => {
    expect(limitsOf(1800, 86_400)).toEqual({ life: 1800, lifeMax: 86_400 });
    expect(limitsOf(HUGE, HUGE)).toEqual({ life: WEEK_MS / 1000, lifeMax: WEEK_MS / 1000 });
    expect(limitsOf(0, 0)).toEqual({ life: 3, lifeMax: 3 });
    expect(limitsOf(7200, 60)).toEqual({ life: 60, lifeMax: 60 });
    expect(limitsOf(-1, 60)).toBeUndefined();
  });

  test('a refusal over HTTP', () => {
    expect([5000, HUGE, 'soon', undefined].map(pauseOf)).toEqual([5000, WAIT_MS_MAX, 0, 0]);
    expect(decodeApiRefusal('{"error":"teapot"}')).toBeUndefined();
    expect(decodeApiRefusal('<h1>Bad gateway</h1>')).toBeUndefined();
  });
});

describe('BOUND-2: more than any honest server says at once is skipped', () => {
  const slot = zeros(8);
  const member = { slot, idPk: zeros(32) };
  const presence = { type: 'presence', version: 1, snapshot: true, joined: [], away: [], left: [], count: 1 };

  test.each([
    ['joined', member],
    ['away', slot],
    ['left', slot],
  ])('PRESENCE-1: %s names 200 at most', (list, one) => {
    const naming = (many: number) =>
      decoded({ ...presence, [list]: Array.from({ length: many }, () => one) });
    expect(naming(LISTED_MAX)).toBeDefined();
    expect(naming(LISTED_MAX + 1)).toBeUndefined();
  });

  test('FRAME-2: a text of more than 64 KiB', () => {
    expect(decoded({ type: 'pong', more: 'x'.repeat(64_000) })).toBeDefined();
    expect(decoded({ type: 'pong', more: 'x'.repeat(FRAME_BYTES_MAX) })).toBeUndefined();
  });
});
