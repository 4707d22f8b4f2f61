// Inviting from inside the room.

import { expect, test } from 'vitest';
import { PHONE, openStage } from './stage.ts';

test.each([PHONE, { width: 320, height: 640 }])(
  'on a phone of $width px, the sheet begins with the link and Copy link, which has the focus',
  async (size) => {
    await using stage = await openStage();
    const ann = await stage.person({ size, touch: true });
    await ann.createRoom();
    await ann.send('first');
    await ann.page.getByRole('button', { name: 'Invite' }).click();
    const sheet = ann.page.getByRole('dialog', { name: 'Invite people' });
    const copy = sheet.getByRole('button', { name: 'Copy link' });
    expect(await copy.evaluate((button) => button === document.activeElement)).toBe(true);
    const [button, code] = [
      await copy.boundingBox(),
      await sheet.getByRole('img', { name: 'QR code of the room link' }).boundingBox(),
    ];
    expect(button?.y).toBeLessThan(code?.y ?? 0);
    expect((button?.y ?? Infinity) + (button?.height ?? 0)).toBeLessThanOrEqual(size.height);
  },
);
