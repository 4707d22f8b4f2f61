import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ANSWER_MS, type TabChannel, Twins } from './tab-claim.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ANN = 'A'.repeat(43);
const BOB = 'B'.repeat(43);

/** A browser: what one tab says, all others hear. */
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
    return { twins: new Twins(channel, ANSWER_MS.reload), channel };
  };
  return { openTab, said };
}

async function soon<T>(result: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ANSWER_MS.reload);
  return result;
}

test('nobody answers: this page is the person, and says so to whoever asks later', async () => {
  const { openTab } = openBrowser();
  const [first, second] = [openTab(), openTab()];
  expect(await soon(first.twins.claim(ANN))).toBe(true);
  expect(await soon(second.twins.claim(ANN))).toBe(false);
  expect(await soon(second.twins.claim(BOB))).toBe(true);
  expect(await soon(first.twins.claim(BOB))).toBe(false);
});

test('a person that was made here is held as well', async () => {
  const { openTab } = openBrowser();
  openTab().twins.hold(ANN);
  expect(await soon(openTab().twins.claim(ANN))).toBe(false);
});

test('whoever this page is already, it may be again at once', async () => {
  const { openTab, said } = openBrowser();
  const { twins } = openTab();
  twins.hold(ANN);
  expect(await twins.claim(ANN)).toBe(true);
  expect(said).toEqual([]);
});

test('an answer is not waited out', async () => {
  const { openTab } = openBrowser();
  openTab().twins.hold(ANN);
  expect(await openTab().twins.claim(ANN)).toBe(false);
});

describe('several tabs ask at once', () => {
  test.each([
    [1, 2, 3],
    [3, 2, 1],
    [2, 3, 1],
  ])('lots %i, %i, %i: one stays who it was', async (...lots) => {
    const { openTab } = openBrowser();
    const tabs = lots.map(() => openTab());
    const draw = vi.spyOn(crypto, 'getRandomValues');
    const answers = tabs.map(({ twins }, i) => {
      draw.mockImplementationOnce((into) => {
        if (into instanceof Uint32Array) into[0] = lots[i] ?? 0;
        return into;
      });
      return twins.claim(ANN);
    });
    expect(await soon(Promise.all(answers))).toEqual(lots.map((lot) => lot === 3));
    draw.mockRestore();
  });

  test('also when the second begins in the middle of the first', async () => {
    const { openTab } = openBrowser();
    const early = openTab().twins.claim(ANN);
    await vi.advanceTimersByTimeAsync(100);
    const late = openTab().twins.claim(ANN);
    const answers = await soon(Promise.all([early, late]));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

test('only the public key and a lot are said; what is not our language is not heard', async () => {
  const { openTab, said } = openBrowser();
  const { channel } = openTab();
  const claim = openTab().twins.claim(ANN);
  for (const noise of [`held ${ANN} 99999999999`, `held ${ANN}`, 'held', ''] as const) channel.say(noise);
  expect(await soon(claim)).toBe(true);
  expect(said[0]).toMatch(/^ask A{43} \d{1,10}$/);
});

test('a browser without such a channel: everybody is who they were', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  Reflect.deleteProperty(globalThis, 'BroadcastChannel');
  expect(await new Twins(undefined, ANSWER_MS.reload).claim(ANN)).toBe(true);
  vi.unstubAllGlobals();
});
