// `npm run shots -- -t talk`: the animation in the README, a real talk between a computer and a phone.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from '../../packages/server/src/testing/certificate.ts';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium.ts';
import { Film } from './film.ts';
import { type Person, Stage, startTestServer } from './stage.ts';

const FILE = fileURLToPath(new URL('../../docs/screenshots/talk.webp', import.meta.url));
const BYTES_MAX = 1_500_000;

const HOST = 'chat.example';
const COMPUTER = { width: 800, height: 770 };
const PHONE = { width: 360, height: 770 };
const GAP = 30;
const SKY = ['#c8d7f0', '#dcdff3', '#eee3ec', '#f9e4dc', '#ffe6c8'];

const SET = { width: COMPUTER.width + PHONE.width + 3 * GAP, height: PHONE.height + 2 * GAP, sky: SKY };
const PLACES = {
  computer: { x: GAP, y: (SET.height - COMPUTER.height) / 2 },
  phone: { x: COMPUTER.width + 2 * GAP, y: GAP },
};

const LETTERS_A_SHOT = 4;
const TYPING_MS = 180;
const READING_MS = 1_100;

test('talk', async () => {
  await using stage = await openSecureStage();
  const ann = await stage.person({ size: COMPUTER, theme: 'light' });
  const ben = await stage.person({ size: PHONE, theme: 'dark', touch: true });
  const film = new Film(SET, [
    { page: ann.page, ...PLACES.computer },
    { page: ben.page, ...PLACES.phone },
  ]);
  await ben.page.setContent('<body style="background:#0b0d20">');

  await ann.open('/');
  await film.shoot(1_200);
  const name = ann.page.getByRole('form', { name: 'Create a room' }).getByLabel('Display name');
  await type(film, name, 'Ann');
  await ann.page.getByRole('button', { name: 'Create Shareable Link' }).click();
  await ann.roomCreated();
  await ann.inRoom();
  const link = await ann.shownLink();
  await film.shoot(1_800);

  await ben.page.goto(link);
  await ben.heading('You’re invited to a room');
  await ben.page.getByText('The server says').waitFor();
  await film.shoot(READING_MS);
  await type(film, ben.page.getByLabel('Display name'), 'Ben');
  await ben.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await ben.inRoom();
  await ann.page.getByText('Ben joined the chat').waitFor();
  await film.shoot(READING_MS);

  await say(film, ann, ben, 'Hi Ben! Still coming to the lake tonight?');
  await say(film, ben, ann, 'On my way. What’s the gate code?');
  await say(film, ann, ben, '4711. I’m glad the server can’t read that 😄');
  await say(film, ben, ann, 'And in half an hour it’s gone.');
  await film.shoot(2_500);

  const painter = await stage.person();
  const webp = await film.develop(painter.page);
  expect(webp.length).toBeLessThanOrEqual(BYTES_MAX);
  writeFileSync(FILE, webp);
});

async function say(film: Film, from: Person, to: Person, text: string): Promise<void> {
  await type(film, from.composer(), text);
  await from.page.getByRole('button', { name: 'Send' }).click();
  await from.sees(text);
  await to.sees(text);
  await film.shoot(READING_MS);
}

async function type(film: Film, field: ReturnType<Person['composer']>, text: string): Promise<void> {
  const letters = [...text];
  for (let typed = LETTERS_A_SHOT; typed < letters.length + LETTERS_A_SHOT; typed += LETTERS_A_SHOT) {
    await field.fill(letters.slice(0, typed).join(''));
    await film.shoot(TYPING_MS);
  }
}

/** As people see it: over https, under a host name. */
async function openSecureStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'mayfly-talk-'));
  const [TLS_CERT, TLS_KEY] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(TLS_CERT, CERTIFICATE);
  writeFileSync(TLS_KEY, PRIVATE_KEY);
  const server = await startTestServer({ TLS_CERT, TLS_KEY });
  rmSync(folder, { recursive: true });
  const flags = [
    `--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${server.port}`,
    '--ignore-certificate-errors',
  ];
  const args = [...CHROMIUM_FLAGS, ...flags];
  const browser = await chromium.launch({ executablePath: chromiumPath(), args, headless: true });
  return new Stage(`https://${HOST}`, browser, server);
}
