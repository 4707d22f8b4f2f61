import { scryptSync } from 'node:crypto';
import { toHex, utf8 } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };
import { passphraseKey } from './passphrase.ts';
import { expandKey, extractFor } from './derive.ts';

const { S, P, passphrase } = known.schedule.passphrase;

/** By another implementation. */
function byNode(text: string): string {
  const salt = expandKey(extractFor('link-prk', utf8(S)), 'pw-salt', 16);
  const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
  return scryptSync(text.normalize('NFKC'), salt, 32, cost).toString('hex');
}

async function keyOf(text: string): Promise<string | undefined> {
  const key = await passphraseKey(S, text);
  return key && toHex(key);
}

test('KEY-5: the known answer; the work goes on in slices, and says how far it is', async () => {
  const percents: number[] = [];
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const key = await passphraseKey(S, passphrase, { onPercent: (percent) => percents.push(percent) });
  clearInterval(timer);
  expect(key && toHex(key)).toBe(P);
  expect(percents).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect(turns).toBeGreaterThan(3);
});

test.each([
  ['one character', 'x'],
  ['ten thousand', 'lake '.repeat(2_000)],
  ['emoji, right-to-left text and a lone surrogate', '🦋👩🏾‍🚀 ليلى \ud800'],
])('KEY-5: %s: as by another implementation', async (_what, text) => {
  expect(await keyOf(text)).toBe(byNode(text));
});

test('KEY-5: one text in two spellings is one passphrase; spaces and capitals count', async () => {
  const [composed, decomposed, wide] = await Promise.all(['é ﬁ 1', 'e\u0301 fi １', 'É fi 1'].map(keyOf));
  expect(decomposed).toBe(composed);
  expect(wide).not.toBe(composed);
  expect(await keyOf(' é fi 1')).not.toBe(composed);
});

test('no passphrase has no key, and whoever gives up gets none', async () => {
  expect(await passphraseKey(S, '')).toBeUndefined();
  expect(await passphraseKey(S, 'x', { signal: AbortSignal.abort() })).toBeUndefined();
  const stop = new AbortController();
  const percents: number[] = [];
  const onPercent = (percent: number) => {
    percents.push(percent);
    stop.abort();
  };
  expect(await passphraseKey(S, 'x', { signal: stop.signal, onPercent })).toBeUndefined();
  expect(percents).toEqual([1]);
});
