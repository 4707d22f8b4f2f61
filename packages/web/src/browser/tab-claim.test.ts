import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ANSWER_MS, type TabChannel, TabClaims } from './tab-claim.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ANN = 'A'.repeat(43);
const BOB = 'B'.repeat(43);

/** A browser: delivers what one tab says to all others. */
function openBrowser() {
  type Listener = Parameters<TabChannel['listen']>[0];
  const tabs: Listener[] = [];
  const said: string[] = [];
  const openTab = () => {
    let own: Listener | undefined;
    const channel: TabChannel = {
      say: (words) => {
        said.push(words);
        for (const hear of tabs) if (hear !== own) hear(words);
      },
      listen: (listener) => {
        own = listener;
        tabs.push(listener);
      },
    };
    return { tabClaims: new TabClaims(channel, ANSWER_MS.reload), channel };
  };
  return { openTab, said };
}

async function soon<T>(result: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ANSWER_MS.reload);
  return result;
}

test('without an answer this page holds the identity, and answers tabs that ask later', async () => {
  const { openTab } = openBrowser();
  const [first, second] = [openTab(), openTab()];
  expect(await soon(first.tabClaims.claim(ANN))).toBe(true);
  expect(await soon(second.tabClaims.claim(ANN))).toBe(false);
  expect(await soon(second.tabClaims.claim(BOB))).toBe(true);
  expect(await soon(first.tabClaims.claim(BOB))).toBe(false);
});

test('a person that was made here is held as well', async () => {
  const { openTab } = openBrowser();
  openTab().tabClaims.hold(ANN);
  expect(await soon(openTab().tabClaims.claim(ANN))).toBe(false);
});

test('an identity that this page already holds is granted at once', async () => {
  const { openTab, said } = openBrowser();
  const { tabClaims } = openTab();
  tabClaims.hold(ANN);
  expect(await tabClaims.claim(ANN)).toBe(true);
  expect(said).toEqual([]);
});

test('an answer is not waited out', async () => {
  const { openTab } = openBrowser();
  openTab().tabClaims.hold(ANN);
  expect(await openTab().tabClaims.claim(ANN)).toBe(false);
});

describe('several tabs ask at once', () => {
  test.each([
    [1, 2, 3],
    [3, 2, 1],
    [2, 3, 1],
  ])('priorities %i, %i, %i: only the highest keeps the identity', async (...priorities) => {
    const { openTab } = openBrowser();
    const tabs = priorities.map(() => openTab());
    const draw = vi.spyOn(crypto, 'getRandomValues');
    const answers = tabs.map(({ tabClaims }, i) => {
      draw.mockImplementationOnce((into) => {
        if (into instanceof Uint32Array) into[0] = priorities[i] ?? 0;
        return into;
      });
      return tabClaims.claim(ANN);
    });
    expect(await soon(Promise.all(answers))).toEqual(priorities.map((priority) => priority === 3));
    draw.mockRestore();
  });

  test('also when the second begins in the middle of the first', async () => {
    const { openTab } = openBrowser();
    const early = openTab().tabClaims.claim(ANN);
    await vi.advanceTimersByTimeAsync(100);
    const late = openTab().tabClaims.claim(ANN);
    const answers = await soon(Promise.all([early, late]));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

test('tabs send only a public key and a priority, and ignore anything else', async () => {
  const { openTab, said } = openBrowser();
  const { channel } = openTab();
  const claim = openTab().tabClaims.claim(ANN);
  for (const noise of [`held ${ANN} 99999999999`, `held ${ANN}`, 'held', ''] as const) channel.say(noise);
  expect(await soon(claim)).toBe(true);
  expect(said[0]).toMatch(/^ask A{43} \d{1,10}$/);
});

test('a browser without such a channel: everyone keeps their identity', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  Reflect.deleteProperty(globalThis, 'BroadcastChannel');
  expect(await new TabClaims(undefined, ANSWER_MS.reload).claim(ANN)).toBe(true);
  vi.unstubAllGlobals();
});
