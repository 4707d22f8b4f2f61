// Voice messages: recorded in a room that one just created, listened to, sent, and played by others; and why there is none.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { drawn, tone } from './drawn.ts';
import { PHONE, type Person, lanAddress, openStage } from './stage.ts';

const record = ({ page }: Person) => page.getByRole('button', { name: 'Record a voice message' });

/** A second at least is recorded. */
async function recorded({ page }: Person): Promise<void> {
  await page.getByRole('timer', { name: 'Recording' }).filter({ hasText: /[1-9]/ }).waitFor();
}

test('a voice message is made, listened to, sent and played', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person({ size: PHONE, touch: true, theme: 'dark' });
  await ann.context.grantPermissions(['microphone']);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');

  // Thrown away.
  await record(ann).click();
  await recorded(ann);
  await ann.page.getByRole('button', { name: 'Discard recording' }).click();
  await ann.composer().waitFor();

  await record(ann).click();
  await recorded(ann);
  await expectAccessible(ann, 'a recording');
  await ann.page.getByRole('button', { name: 'Stop recording' }).click();
  await ann.page.getByRole('button', { name: 'Play Voice message' }).click();
  // What was played once has a speed, however short it is.
  await ann.page.getByRole('button', { name: 'Speed 1×' }).waitFor();
  await expectAccessible(ann, 'a recording to listen to');
  await ann.page.getByRole('button', { name: 'Send voice message' }).click();
  await ann.composer().waitFor();

  const play = bob.log().getByRole('button', { name: 'Play Voice message' });
  await play.waitFor();
  await expectAccessible(bob, 'a voice message on a phone');
  // It becomes the position's only once it plays.
  await play.click();
  const position = bob.log().getByRole('slider', { name: 'Position in Voice message' });
  await expect.poll(async () => Number(await position.getAttribute('max'))).toBeGreaterThan(0.5);
  await bob.log().getByRole('button', { name: 'Speed 1×' }).click();
  await bob.log().getByRole('button', { name: 'Speed 1.5×' }).waitFor();
  await play.waitFor();

  // Any recording; only one plays, and the keys move in it.
  await bob.page
    .locator('input[type=file][multiple]')
    .setInputFiles({ name: 'loons.wav', mimeType: 'audio/wav', buffer: tone(600) });
  await bob.page.getByRole('button', { name: 'Remove loons.wav' }).waitFor();
  await bob.page.getByRole('button', { name: 'Send', exact: true }).click();
  await ann.log().getByRole('button', { name: 'Save loons.wav' }).waitFor();
  await ann.log().getByRole('button', { name: 'Play loons.wav' }).click();
  await ann.log().getByRole('button', { name: 'Pause loons.wav' }).waitFor();
  const place = ann.log().getByRole('slider', { name: 'Position in loons.wav' });
  await place.focus();
  for (let press = 0; press < 13; press++) await place.press('ArrowRight');
  await expect.poll(() => place.getAttribute('aria-valuetext')).toMatch(/^1:\d\d \/ 10:00$/);
  await ann.log().getByRole('button', { name: 'Play Voice message' }).click();
  await ann.log().getByRole('button', { name: 'Play loons.wav' }).waitFor();

  // Time still runs from left to right.
  await ann.page.setViewportSize({ width: 320, height: 640 });
  await ann.page.evaluate(() => void (document.documentElement.dir = 'rtl'));
  await expectAccessible(ann, 'recordings, from right to left, at 400 %');
  expect(
    await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  ).toBeLessThanOrEqual(0);
  const [row, button] = [ann.log().locator('.audio').last(), ann.log().locator('.audio__play').last()];
  expect((await button.boundingBox())?.x).toBe((await row.boundingBox())?.x);
});

test('no microphone: over plain HTTP there is none, and a browser may refuse', async () => {
  await using plain = await openStage({ address: lanAddress() });
  const ann = await plain.person();
  await ann.createRoom({ name: 'Ann' });
  await record(ann).click();
  await ann.page.getByRole('alert').getByText('Voice messages need HTTPS.').waitFor();
  await expectAccessible(ann, 'no microphone');
  await ann.page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
  await ann.send('text and files still work');
  await ann.sees('text and files still work');
  await ann.page.locator('input[type=file][multiple]').setInputFiles({
    name: 'plain.png',
    mimeType: 'image/png',
    buffer: await drawn(ann, 'image/png'),
  });
  await ann.page.getByRole('button', { name: 'Remove plain.png' }).waitFor();
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click();
  const picture = ann.log().getByRole('button', { name: 'Open plain.png' });
  await picture.waitFor();
  // From the server, not from this tab.
  await ann.page.reload();
  await picture.waitFor();

  await using stage = await openStage();
  const bob = await stage.person();
  await bob.context.grantPermissions([]);
  await bob.createRoom({ name: 'Bob' });
  await record(bob).click();
  await bob.page.getByRole('alert').getByText('Your browser is blocking the microphone.').waitFor();
});
