// Whether the page can be trusted, beside the room's code: always in sight, and it explains itself.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, lanAddress, openStage } from './stage.ts';

/** What a phone needs to be hit with a finger. */
const TAP_PX = 44;

test.each([PHONE, { width: 320, height: 640 }])(
  'over plain HTTP, an open lock stays beside the code on a phone of $width px, and says why',
  async (size) => {
    await using stage = await openStage({ address: lanAddress() });
    const ann = await stage.person({ size, touch: true });
    await ann.createRoom();
    for (let i = 0; i < 4; i++) await ann.send('line\n'.repeat(15));
    const lock = ann.page.locator('.bar').getByRole('button', { name: 'Not secure (HTTP)' });
    const box = await lock.boundingBox();
    const code = await ann.page.getByRole('heading', { level: 1 }).boundingBox();
    const people = await ann.page.getByRole('button', { name: '1 person' }).boundingBox();
    if (box === null || code === null || people === null) throw new Error('not in sight');
    expect(box.x).toBeGreaterThanOrEqual(code.x + code.width);
    expect(box.x + box.width).toBeLessThanOrEqual(people.x);
    expect(Math.abs(box.y + box.height / 2 - (code.y + code.height / 2))).toBeLessThan(4);
    await expectAccessible(ann, 'open lock');

    await ann.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2 - TAP_PX / 2 + 2);
    const dialog = ann.page.getByRole('dialog', { name: 'Not secure (HTTP)' });
    await dialog.getByText('Someone on your network could have tampered with this page').waitFor();
  },
);

test('the badge of an encrypted room explains what that means, with the emoji to compare', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.page.getByRole('button', { name: 'End-to-end encrypted' }).click();
  const dialog = ann.page.getByRole('dialog', { name: 'End-to-end encrypted' });
  await dialog.getByText('it can’t read them').waitFor();
  await dialog.getByText('Safety emoji').waitFor();
  await expectAccessible(ann, 'what encrypted means');
  await ann.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});
