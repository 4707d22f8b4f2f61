// The browser's own Ed25519 judges as ours does, and a person can type while a thousand messages come.

import { verifyBytes } from '../../packages/client/src/crypto/signature.ts';
import { expect, test } from 'vitest';
import known from '../../docs/vectors/crypto.json' with { type: 'json' };
import { WritingCrowd } from './page-bench/crowd.ts';
import { type Person, openStage } from './stage.ts';

const PART = /web-signatures[^/]*\.js$/;

/** Each as `key message signature`, in hex. */
type Triple = readonly [string, string, string];

/** A bit of the key, the message or the signature is another one. */
function mutations(): readonly Triple[] {
  const [plain] = known.signatures;
  if (plain === undefined) throw new Error('no signatures in the vectors');
  const whole = plain.pk + plain.message + plain.signature;
  const at = [64, 64 + plain.message.length] as const;
  return Array.from({ length: (whole.length / 2) * 8 }, (_, bit) => {
    const bytes = Buffer.from(whole, 'hex');
    const place = bit >> 3;
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (bit & 7));
    const hex = bytes.toString('hex');
    return [hex.slice(0, at[0]), hex.slice(at[0], at[1]), hex.slice(at[1])] as const;
  });
}

/** What the page's own part says about them, in the page. */
async function verdicts({ page }: Person, triples: readonly Triple[]): Promise<readonly boolean[]> {
  const part = await page.waitForFunction(
    (name) =>
      performance.getEntriesByType('resource').find((entry) => new RegExp(name).test(entry.name))?.name,
    PART.source,
  );
  // As a text, because the test runner replaces imports.
  return page.evaluate(`(async () => {
    const { webSignatures } = await import(${JSON.stringify(await part.jsonValue())});
    const verifier = await webSignatures();
    const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return Promise.all(${JSON.stringify(triples)}.map((triple) => verifier.verify(...triple.map(bytes))));
  })()`);
}

/** Looks at the newest message in one task after the other: the most that came between two looks. */
async function watchNewest({ page }: Person): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const bubbles = document.getElementsByClassName('bubble');
    const noted = { newest: 0, most: 0 };
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      const [, number] = /^message (\d+)/.exec(bubbles[bubbles.length - 1]?.textContent ?? '') ?? [];
      const newest = Math.max(noted.newest, Number(number ?? 0));
      if (noted.newest > 0) noted.most = Math.max(noted.most, newest - noted.newest);
      noted.newest = newest;
      document.documentElement.dataset['most'] = String(noted.most);
      port2.postMessage(undefined);
    });
    port1.start();
    port2.postMessage(undefined);
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset['most']));
}

/** Nothing of the page runs meanwhile; what comes from the network waits. */
async function whilePaused({ context, page }: Person, run: () => Promise<void>): Promise<void> {
  const browser = await context.newCDPSession(page);
  await browser.send('Debugger.enable');
  const paused = new Promise<void>((resolve) => browser.once('Debugger.paused', () => resolve()));
  await browser.send('Debugger.pause');
  await paused;
  await run();
  await browser.send('Debugger.resume');
  await browser.detach();
}

test('SIG-3: Chromium’s verdicts are ours; of 990 messages that came at once, a few are shown in each task, and keys come in between', async () => {
  await using stage = await openStage({ settings: { ROOM_HISTORY_MESSAGES: '1000' } });
  using crowd = await WritingCrowd.gather(stage.origin, 4);
  await crowd.write(10);
  const ann = await stage.person();
  await ann.join(crowd.linkAt(stage.origin), 'Ann');
  await ann.sees(crowd.newest);
  const vectors = known.signatures.map(({ pk, message, signature }) => [pk, message, signature] as const);
  expect(await verdicts(ann, vectors)).toEqual(known.signatures.map(({ accept }) => accept));
  const mutated = mutations();
  const ours = mutated.map(([pk, message, signature]) =>
    verifyBytes(Buffer.from(pk, 'hex'), Buffer.from(message, 'hex'), Buffer.from(signature, 'hex')),
  );
  expect(await verdicts(ann, mutated)).toEqual(ours);

  const most = await watchNewest(ann);
  await ann.composer().focus();
  const text = 'what is typed meanwhile';
  await whilePaused(ann, () => crowd.write(990));
  await ann.page.keyboard.type(text);
  await ann.sees(crowd.newest);
  expect(await ann.composer().inputValue()).toBe(text);
  expect(await most()).toBeGreaterThan(0);
  expect(await most()).toBeLessThanOrEqual(64);
});
