// Files in a room, in real browsers: chosen, pasted, dropped, looked at, saved, refused, and gone.

import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { withoutMetadata } from '../../packages/web/src/room/pictures/picture.ts';
import {
  annotatedPng,
  cameraJpeg,
  cameraWebp,
  colorProfile,
  webpChunk,
} from '../../packages/web/src/testing/picture-files.ts';
import { expectAccessible } from './accessibility.ts';
import { type PictureType, drawn } from './drawn.ts';
import { PHONE, type Person, openStage } from './stage.ts';

/** All pixels of a picture as the browser shows it. */
async function pixelsOf({ page }: Person, bytes: Buffer, type: PictureType): Promise<string> {
  return page.evaluate(
    async ([base64, type]) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], { type });
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return `${canvas.width}x${canvas.height}:${Array.from(data).join()}`;
    },
    [bytes.toString('base64'), type] as const,
  );
}

function attach({ page }: Person, ...files: readonly { name: string; mimeType: string; buffer: Buffer }[]) {
  return page.locator('input[type=file][multiple]').setInputFiles([...files]);
}

const tray = ({ page }: Person) => page.getByRole('list', { name: 'To send' });
const openButton = (person: Person, name: string) =>
  person.log().getByRole('button', { name: `Open ${name}` });

/** Once the browser has it. */
function shownWide(image: Locator, pixels: number): Promise<void> {
  return expect
    .poll(() => image.evaluate((one) => one instanceof HTMLImageElement && one.naturalWidth))
    .toBe(pixels);
}

/** It moves this file of the tray. */
const gripOf = ({ page }: Person, name: string) =>
  page.getByRole('button', { name: `Move ${name}`, exact: true });
/** In order. */
const namesIn = (list: Locator) => list.locator('.tray__name > b').allInnerTexts();

type Point = { readonly x: number; readonly y: number };

async function middleOf(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not in sight');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The system's fingers. Each touch takes 30 ms by the clock of its events, however long the machine takes. */
async function fingersOf({ context, page }: Person) {
  const browser = await context.newCDPSession(page);
  let timestamp = Date.now() / 1000;
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: readonly Point[]) =>
    browser.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: touchPoints.map((point, id) => ({ ...point, id })),
      timestamp: (timestamp += 0.03),
    });
  return {
    down: (...at: readonly Point[]) => touch('touchStart', at),
    move: (...at: readonly Point[]) => touch('touchMove', at),
    up: () => touch('touchEnd', []),
  };
}

type Fingers = Awaited<ReturnType<typeof fingersOf>>;

/** From one place to another. */
async function swipe(fingers: Fingers, from: Point, by: Point): Promise<void> {
  await fingers.down(from);
  await fingers.move({ x: from.x + by.x / 2, y: from.y + by.y / 2 });
  await fingers.move({ x: from.x + by.x, y: from.y + by.y });
  await fingers.up();
}

async function send({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Puts a file into the clipboard's or a drag's event, as the system does. */
async function bring(person: Person, event: 'paste' | 'drop', name: string, bytes: Buffer): Promise<void> {
  await person.page.evaluate(
    ([event, name, base64]) => {
      const file = new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], name, {
        type: 'image/png',
      });
      const data = new DataTransfer();
      data.items.add(file);
      const init = { bubbles: true, cancelable: true };
      const field = document.querySelector('textarea');
      if (event === 'paste')
        field?.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
      else
        for (const type of ['dragenter', 'dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { ...init, dataTransfer: data }));
    },
    [event, name, bytes.toString('base64')] as const,
  );
}

test('pictures and files between a computer and a phone', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const bob = await stage.person({ size: PHONE, touch: true, theme: 'dark' });
  const link = await ann.createRoom({ name: 'Ann' });
  // Into an empty room, before the part for files is loaded.
  await ann.page.getByRole('button', { name: 'Emoji' }).waitFor();
  await bring(ann, 'drop', 'early.png', await drawn(ann, 'image/png'));
  await tray(ann).getByText('early.png').waitFor();
  await ann.composer().press('Escape');
  await ann.page.getByText('Press Esc again to take all files out.').waitFor();
  await ann.composer().press('Escape');
  await tray(ann).waitFor({ state: 'detached' });
  await bob.join(link, 'Bob');
  await ann.participants(2);

  const photo = cameraJpeg(await drawn(ann, 'image/jpeg'), 6, Buffer.alloc(0));
  const text = Buffer.from('a,b\n1,2\n');
  await attach(
    ann,
    { name: 'lake.jpg', mimeType: 'image/jpeg', buffer: photo },
    { name: 'wings.png', mimeType: 'image/png', buffer: await drawn(ann, 'image/png') },
    { name: 'counts.csv', mimeType: 'text/csv', buffer: text },
    { name: 'setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') },
  );
  await tray(ann).getByText('lake.jpg').waitFor();
  await ann.page.getByText('4 files,').waitFor();
  await ann.page.getByText('Files like this may hold where and when they were made.').waitFor();
  await ann.composer().fill('From *this* morning');
  await expectAccessible(ann, 'a tray of files');
  await ann.page.getByRole('button', { name: 'Remove setup.exe' }).click();

  // Another order by keys and by the mouse, and a caption of its own.
  const grip = gripOf(ann, 'counts.csv');
  await grip.press('ArrowLeft');
  await ann.page.getByText('counts.csv is number 2 of 3.').waitFor();
  await grip.press('ArrowLeft');
  await ann.page.getByText('counts.csv is number 1 of 3.').waitFor();
  expect(await grip.evaluate((element) => element === document.activeElement)).toBe(true);
  await grip.press('ArrowLeft');
  expect(await namesIn(tray(ann))).toEqual(['counts.csv', 'lake.jpg', 'wings.png']);
  await grip.dragTo(gripOf(ann, 'wings.png'));
  await expect.poll(() => namesIn(tray(ann))).toEqual(['lake.jpg', 'wings.png', 'counts.csv']);
  await ann.page.getByRole('textbox', { name: 'Caption of counts.csv' }).fill('the numbers');
  await send(ann);

  await bob.sees('the numbers');
  await bob.log().getByText('counts.csv').waitFor();
  await openButton(bob, 'wings.png').waitFor();
  expect(await ann.composer().inputValue()).toBe('');
  expect(await tray(ann).count()).toBe(0);
  await expectAccessible(bob, 'files on a phone');

  const [download] = await Promise.all([
    bob.page.waitForEvent('download'),
    bob.log().getByRole('button', { name: 'Save counts.csv' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('counts.csv');
  expect((await readFile(await download.path())).equals(text)).toBe(true);

  await openButton(bob, 'lake.jpg').click();
  const viewer = bob.page.getByRole('dialog', { name: 'Picture' });
  await viewer.getByText('lake.jpg').waitFor();
  await expectAccessible(bob, 'a picture');
  const [saved] = await Promise.all([
    bob.page.waitForEvent('download'),
    viewer.getByRole('button', { name: 'Save lake.jpg' }).click(),
  ]);
  expect((await readFile(await saved.path())).includes('SECRET')).toBe(false);
  await viewer.getByText('1 of 2').waitFor();
  await bob.page.keyboard.press('+');
  await viewer.getByRole('button', { name: 'Zoom out' }).waitFor();
  await bob.page.keyboard.press('0');
  const zoomIn = viewer.getByRole('button', { name: 'Zoom in' });
  await zoomIn.waitFor();
  await viewer.locator('img').dblclick();
  await viewer.getByRole('button', { name: 'Zoom out' }).click();
  await zoomIn.waitFor();
  await viewer.locator('img').hover();
  await bob.page.mouse.wheel(0, -300);
  await viewer.getByRole('button', { name: 'Zoom out' }).waitFor();
  await bob.page.keyboard.press('ArrowRight');
  await viewer.getByText('wings.png').waitFor();
  await zoomIn.waitFor();
  await bob.page.keyboard.press('ArrowLeft');
  await viewer.getByText('lake.jpg').waitFor();

  // The same with fingers: apart, a double tap, across, and down.
  const fingers = await fingersOf(bob);
  const middle = await middleOf(viewer.locator('img'));
  const apart = (px: number) => [-px, px].map((by) => ({ x: middle.x + by, y: middle.y }));
  await fingers.down(...apart(20));
  await fingers.move(...apart(40));
  await fingers.move(...apart(60));
  await fingers.up();
  await viewer.getByRole('button', { name: 'Zoom out' }).waitFor();
  await swipe(fingers, middle, { x: -150, y: 0 });
  await viewer.getByText('lake.jpg').waitFor();
  for (const state of [zoomIn, viewer.getByRole('button', { name: 'Zoom out' }), zoomIn]) {
    for (let tap = 0; tap < 2; tap++) {
      await fingers.down(middle);
      await fingers.up();
    }
    await state.waitFor();
  }
  await swipe(fingers, middle, { x: -150, y: 0 });
  await viewer.getByText('wings.png').waitFor();
  await swipe(fingers, middle, { x: 150, y: 0 });
  await viewer.getByText('lake.jpg').waitFor();
  await swipe(fingers, middle, { x: 0, y: 150 });
  await viewer.waitFor({ state: 'detached' });

  await bob.page
    .locator('input[capture=environment]')
    .setInputFiles({ name: 'camera.png', mimeType: 'image/png', buffer: await drawn(bob, 'image/png') });
  await bob.page.getByRole('button', { name: 'Remove camera.png' }).click();
  await bring(bob, 'paste', 'pasted.png', await drawn(bob, 'image/png', { width: 90, height: 60 }));
  await tray(bob).getByText('pasted.png').waitFor();
  await bring(bob, 'drop', 'dropped.png', await drawn(bob, 'image/png', { width: 60, height: 90 }));
  await tray(bob).getByText('dropped.png').waitFor();
  // A finger that holds a file takes it to another place.
  const held = await middleOf(gripOf(bob, 'dropped.png'));
  await fingers.down(held);
  await bob.page.locator('.tray__item--dragged').waitFor();
  await fingers.move(await middleOf(gripOf(bob, 'pasted.png')));
  await fingers.up();
  await expect.poll(() => namesIn(tray(bob))).toEqual(['dropped.png', 'pasted.png']);
  await send(bob);
  // Side by side.
  const [left, right] = [openButton(ann, 'dropped.png'), openButton(ann, 'pasted.png')];
  await right.waitFor();
  const apartBy = async () => {
    const [from, to] = [await middleOf(left), await middleOf(right)];
    return { across: to.x > from.x, down: Math.round(to.y - from.y) };
  };
  await expect.poll(apartBy).toEqual({ across: true, down: 0 });

  // A large one is made smaller, unless its sender wants all of it.
  const dots = await drawn(ann, 'image/jpeg', { width: 3000, height: 900, noise: true });
  const smaller = ann.page.getByRole('checkbox', { name: 'Make pictures smaller' });
  await attach(ann, { name: 'small.jpg', mimeType: 'image/jpeg', buffer: dots });
  await ann.page.getByText(/^On: sends [\d.]+ MB instead of [\d.]+ MB\.$/).waitFor();
  await send(ann);
  await openButton(bob, 'small.jpg').click();
  await viewer.getByText('small.jpg').waitFor();
  await shownWide(viewer.locator('img'), 2560);
  await bob.page.keyboard.press('Escape');
  await attach(ann, { name: 'large.jpg', mimeType: 'image/jpeg', buffer: dots });
  await smaller.uncheck();
  await send(ann);
  const waiting = bob.log().locator('.file-bubble__picture--empty');
  // A tiny one stands in for it.
  await waiting.getByRole('button', { name: /^Load \d/ }).waitFor();
  await shownWide(waiting.locator('img'), 64);

  // Whoever comes late, or again, loads them from the server; one that is gone says so.
  await bob.page.reload();
  await openButton(bob, 'lake.jpg').waitFor();
  await bob.context.route(/\/files\//, (route) => route.fulfill({ status: 404 }));
  bob.expectComplaints(/404/);
  await bob.log().getByRole('button', { name: 'Save counts.csv' }).click();
  await bob.log().getByText('No longer here.').waitFor();
});

test('files that wait, stop, lie or are too big', async () => {
  await using stage = await openStage({ settings: { MAX_FILE_MB: '3' } });
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');

  await attach(ann, { name: 'huge.bin', mimeType: 'application/zip', buffer: Buffer.alloc(4_000_000) });
  await ann.page.getByText('huge.bin is too big. This server takes files up to 3.1 MB.').waitFor();
  expect(await tray(ann).count()).toBe(0);

  // Not one by its bytes, whatever its name and type are; and too large to load unasked.
  const lie = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(2_500_000, '<svg/>') };
  await attach(ann, lie, {
    name: 'drawing.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  });
  await tray(ann).getByText('drawing.svg').waitFor();
  await send(ann);
  await bob.log().getByRole('button', { name: 'Save drawing.svg' }).waitFor();
  await bob.log().getByRole('button', { name: 'Load 2.5 MB' }).click();
  await bob.log().getByRole('button', { name: 'Save photo.jpg' }).waitFor();
  expect(await bob.log().locator('img').count()).toBe(0);

  // Where the message will be.
  const uploads = ann.log().getByRole('list', { name: 'Files being sent' });
  await ann.context.setOffline(true);
  ann.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  await ann.page.getByText('You’re offline.').waitFor();
  await attach(ann, { name: 'later.txt', mimeType: 'text/plain', buffer: Buffer.from('later') });
  await tray(ann).getByText('later.txt').waitFor();
  await send(ann);
  await uploads.getByText('Waiting for a connection, 0% of 5 B').waitFor();
  await ann.context.setOffline(false);
  await bob.log().getByRole('button', { name: 'Save later.txt' }).waitFor();
  await uploads.waitFor({ state: 'detached' });

  await ann.context.route(/\/files\/[^/]+\/\d+$/, () => {});
  await attach(ann, { name: 'never.txt', mimeType: 'text/plain', buffer: Buffer.from('never') });
  await tray(ann).getByText('never.txt').waitFor();
  await send(ann);
  await uploads.getByText('Sending, 0% of 5 B').waitFor();
  await expectAccessible(ann, 'a file on its way');
  await ann.page.getByRole('button', { name: 'Cancel never.txt' }).click();
  await uploads.waitFor({ state: 'detached' });
  await ann.send('and the chat goes on');
  await bob.sees('and the chat goes on');
  expect(await bob.log().getByText('never.txt').count()).toBe(0);
  await ann.context.unrouteAll();

  // Reloaded at a third, the same file goes on where it stopped.
  const taken: string[] = [];
  let isHeld = true;
  await ann.context.route(/\/files\/[^/]+\/\d+$/, async (route) => {
    const part = route.request().url().split('/').at(-1) ?? '';
    if (isHeld && part !== '0') return;
    taken.push(part);
    await route.continue();
  });
  const long = { name: 'long.zip', mimeType: 'application/zip', buffer: Buffer.alloc(600_000, 'long') };
  await attach(ann, long);
  await tray(ann).getByText('long.zip').waitFor();
  await send(ann);
  await uploads.getByText(/^Sending, 3\d% of 600 KB$/).waitFor();
  await ann.page.reload();
  await ann.page.getByText('long.zip wasn’t sent completely. Attach it again').waitFor();
  isHeld = false;
  await attach(ann, long);
  await tray(ann).getByText('long.zip').waitFor();
  await send(ann);
  await bob.log().getByRole('button', { name: 'Save long.zip' }).waitFor();
  await ann.page.getByText('wasn’t sent completely').waitFor({ state: 'detached' });
  expect(taken).toEqual(['0', '1', '2']);
});

test('a stripped picture shows the same pixels: orientation and colors stay', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/');
  const profile = colorProfile({ swapped: true });
  const webp = await drawn(ann, 'image/webp');
  const at = webp.indexOf('VP8 ');
  const pixels = webpChunk('VP8 ', webp.subarray(at + 8, at + 8 + webp.readUInt32LE(at + 4)));
  const pictures: readonly (readonly [PictureType, Buffer])[] = [
    ['image/jpeg', cameraJpeg(await drawn(ann, 'image/jpeg'), 6, profile)],
    ['image/png', annotatedPng(await drawn(ann, 'image/png'), 6, profile)],
    ['image/webp', cameraWebp([pixels], 6, { profile, width: 300, height: 200 })],
  ];
  for (const [type, picture] of pictures) {
    const stripped = Buffer.concat((await withoutMetadata(picture)) ?? []);
    expect(stripped.length).toBeGreaterThan(100);
    expect(stripped.includes('SECRET')).toBe(false);
    const [before, after] = [await pixelsOf(ann, picture, type), await pixelsOf(ann, stripped, type)];
    expect(after === before, type).toBe(true);
  }
});
