// What a screen reader hears of the stream: each new message by itself, so each names its author.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type Person, openStage } from './stage.ts';

/** From here on, the page notes what is added to the log, as a screen reader announces it. */
async function listen({ page }: Person): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const log = document.querySelector('[role=log]');
    if (log === null) throw new Error('no log');
    const said: string[] = [];
    const observer = new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (node instanceof HTMLElement && node.querySelector('.bubble') !== null) said.push(node.innerText);
      }
      document.documentElement.dataset['said'] = JSON.stringify(said);
    });
    observer.observe(log, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => JSON.parse(document.documentElement.dataset['said'] ?? '[]'));
}

test('every message of a turn is announced with its author, also one’s own', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await ben.join(link, 'Ben');
  const said = await listen(ann);
  for (const text of ['first', 'second', 'third']) {
    await ben.send(text);
    await ann.sees(text);
  }
  for (const text of ['mine', 'mine too']) {
    await ann.send(text);
    await ann.sees(text);
  }
  const heard = await said();
  for (const text of ['first', 'second', 'third'])
    expect(heard.find((one) => one.includes(text))).toContain('Ben');
  expect(heard.find((one) => one.includes('mine too'))).toContain('You');
  await expectAccessible(ann, 'turns');
});
