// The badge beside the room's code explains itself.

import { test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openStage } from './stage.ts';

test('the badge of an encrypted room explains what that means, with the emoji to compare', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.page.getByRole('button', { name: 'End-to-end encrypted' }).click();
  const dialog = ann.page.getByRole('dialog', { name: 'End-to-end encrypted' });
  await dialog.getByText('it can’t read them').waitFor();
  await dialog.getByText('Safety emoji of this room').waitFor();
  await expectAccessible(ann, 'what encrypted means');
  await ann.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});
