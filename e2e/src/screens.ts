// Every screen of the page and how a person gets to see it: for the screenshots, and for the accessibility check.

import { CLOSE, type CloseReason } from '@mayfly/protocol';
import type { WebSocketRoute } from 'playwright-core';
import { drawn, tone } from './drawn.ts';
import { DESKTOP, type Person, type PersonOptions, type Stage } from './stage.ts';

export type Screen = {
  readonly name: string;
  /** Leaves a person looking at the screen. */
  readonly show: (stage: Stage, options: PersonOptions) => Promise<Person>;
  /** What they do besides in a window that is too narrow to show it at once. */
  readonly narrow?: (person: Person) => Promise<void>;
  /** Settings this screen needs from the server. */
  readonly settings?: { readonly [name: string]: string };
};

/** From here on the list of people stands beside the stream. */
const WIDE_PX = 1024;

export function isNarrow({ size = DESKTOP }: PersonOptions): boolean {
  return size.width < WIDE_PX;
}

const LOCKED = '/chat/k3F9ab#2S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4uX';
const WRONG_KEY = '/chat/k3F9ab#1S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4G9';

export const SCREENS: readonly Screen[] = [
  { name: 'landing', show: (stage, options) => at(stage, options, '/') },
  {
    name: 'landing-options',
    show: async (stage, options) => {
      const person = await at(stage, options, '/');
      await person.page.getByText('Room options').click();
      return person;
    },
  },
  {
    name: 'landing-passphrase',
    show: async (stage, options) => {
      const person = await at(stage, options, '/');
      await person.page.getByText('Room options').click();
      await person.page.getByRole('radio', { name: 'Link and passphrase' }).check({ force: true });
      await person.page.getByText('Five random words.').waitFor();
      return person;
    },
  },
  {
    name: 'invited-passphrase',
    show: async (stage, options) => {
      const person = await at(stage, options, LOCKED);
      await person.page.getByRole('button', { name: 'Join Chat Room' }).click();
      await person.page.getByRole('alert').getByText('Type the passphrase').waitFor();
      return person;
    },
  },
  {
    name: 'landing-errors',
    show: async (stage, options) => {
      const person = await at(stage, options, '/');
      const join = person.page.getByRole('form', { name: 'Join existing room' });
      await join.getByLabel('Room link').fill('k3F9ab');
      await join.getByRole('button', { name: 'Join Chat Room' }).click();
      await person.page.getByRole('alert').getByText('This code has no key').waitFor();
      return person;
    },
  },
  {
    name: 'what-the-server-sees',
    show: async (stage, options) => {
      const person = await at(stage, options, '/');
      await person.page.getByRole('button', { name: 'What the server sees' }).click();
      await person.page.getByRole('dialog').waitFor();
      return person;
    },
  },
  { name: 'room-created', show: (stage, options) => created(stage, options) },
  {
    name: 'room-created-qr',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.page.getByRole('button', { name: 'QR code' }).click();
      await person.page.getByRole('dialog').waitFor();
      return person;
    },
  },
  {
    name: 'invited',
    show: async (stage, options) => {
      const maker = await created(stage, {});
      const person = await stage.person(options);
      await person.page.goto(await maker.shownLink());
      await person.heading('You’re invited to a room');
      await person.page.getByText('The server says').waitFor();
      return person;
    },
  },
  {
    name: 'room-alone',
    show: async (stage, options) => {
      const maker = await stage.person();
      const link = await maker.createRoom({ history: 'Only what’s said after they join' });
      const person = await stage.person(options);
      await person.join(link);
      await leaveForGood(maker);
      await person.participants(1);
      await person.page.reload();
      await person.page.getByRole('heading', { name: 'You’re the only one here' }).waitFor();
      return person;
    },
  },
  { name: 'room', show: conversation },
  {
    name: 'room-members',
    show: conversation,
    narrow: async (person) => {
      await person.page.getByRole('button', { name: '3 people' }).click();
      await person.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'room-crowd',
    show: crowd,
    narrow: async (person) => {
      await person.page.getByRole('button', { name: '412 people' }).click();
      await expectCrowd(person);
    },
  },
  { name: 'room-files', show: withFiles },
  {
    name: 'room-picture',
    show: async (stage, options) => {
      const person = await withFiles(stage, options);
      await person.log().getByRole('button', { name: 'Open lake.png' }).click();
      await person.page.getByRole('dialog', { name: 'Picture' }).waitFor();
      return person;
    },
  },
  { name: 'room-invite', show: (stage, options) => opened(stage, options, 'Invite') },
  {
    name: 'room-menu',
    show: (stage, options) => opened(stage, options, 'More'),
  },
  {
    name: 'room-edit',
    show: async (stage, options) => {
      const person = await conversation(stage, options);
      await person.composer().press('ArrowUp');
      await person.page.getByText('Editing your message').waitFor();
      return person;
    },
  },
  { name: 'room-details', show: (stage, options) => chosen(stage, options, 'Room details') },
  {
    name: 'room-report',
    settings: { ABUSE_CONTACT: 'https://chat.example/a-rather-long-address-of-a-page-for-reports' },
    show: (stage, options) => chosen(stage, options, 'Report this room'),
  },
  { name: 'room-settings', show: (stage, options) => chosen(stage, options, 'Settings') },
  { name: 'room-save-copy', show: (stage, options) => chosen(stage, options, 'Save a copy') },
  {
    name: 'room-muted',
    show: async (stage, options) => {
      const person = await conversation(stage, options);
      if (isNarrow(options)) await person.page.getByRole('button', { name: '3 people' }).click();
      await person.page.getByRole('button', { name: 'About Juno' }).click();
      await person.page.getByRole('switch', { name: 'Mute for me' }).click();
      return person;
    },
  },
  {
    name: 'room-leave',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.leave();
      await person.page.getByRole('dialog').waitFor();
      return person;
    },
  },
  {
    name: 'room-left',
    show: async (stage, options) => {
      const person = await conversation(stage, options);
      await person.leave();
      await person.page.getByRole('button', { name: 'Leave room' }).click();
      await person.page.getByRole('button', { name: 'Undo' }).waitFor();
      return person;
    },
  },
  {
    name: 'room-offline',
    show: async (stage, options) => {
      const person = await conversation(stage, options);
      person.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
      await person.context.setOffline(true);
      await person.page.getByText('You’re offline.').waitFor();
      await person.send('This one waits until I am back');
      await person.page.getByText('Waiting for a connection').waitFor();
      return person;
    },
  },
  {
    name: 'disappeared',
    settings: { ROOM_EXPIRY_MINUTES: '0.1' },
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.send('Soon this is gone');
      await person.heading('This room has disappeared');
      return person;
    },
  },
  {
    name: 'not-found',
    show: async (stage, options) => {
      const person = await at(stage, options, WRONG_KEY);
      await person.heading('Room not found or has expired');
      return person;
    },
  },
  {
    name: 'full',
    settings: { ROOM_MAX_MEMBERS: '2' },
    show: async (stage, options) => {
      const { link } = await twoPeople(stage, {});
      const person = await stage.person(options);
      await person.page.goto(link);
      await person.page.getByRole('button', { name: 'Join Chat Room' }).click();
      await person.heading('This room is full');
      return person;
    },
  },
  {
    name: 'replaced',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.takeOverIn(await stage.person());
      await person.heading('You’re already here in another tab');
      return person;
    },
  },
  {
    name: 'ended-by-owner',
    show: (stage, options) =>
      told(stage, options, 'The server ended this room', (wire) =>
        wire.send('{"type":"ended","reason":"owner"}'),
      ),
  },
  {
    name: 'removed',
    show: (stage, options) =>
      told(stage, options, 'The server closed your connection', (wire) =>
        wire.close({ code: CLOSE.kicked.code }),
      ),
  },
  {
    name: 'incompatible',
    show: (stage, options) =>
      told(stage, options, 'This page and the server are different versions', (wire) =>
        wire.close({ code: CLOSE.badFrame.code }),
      ),
  },
  {
    name: 'server-restarted',
    show: async (stage, options) => {
      let answer: 'pass' | 'deny' = 'pass';
      const wires: WebSocketRoute[] = [];
      const person = await created(stage, options, (wire) => {
        wires.push(wire);
        if (answer === 'pass') wire.connectToServer();
        else wire.onMessage(() => wire.send('{"type":"denied"}'));
        if (answer === 'deny') wire.send(`{"type":"challenge","nonce":"${'A'.repeat(43)}"}`);
      });
      answer = 'deny';
      await wires[0]?.close({ code: CLOSE.goingAway.code });
      await person.page.getByText('The server says it was restarted').waitFor();
      return person;
    },
  },
  {
    name: 'false-room',
    show: async (stage, options) => {
      const person = await stage.person(options);
      await person.page.routeWebSocket(/\/ws$/, (wire) => {
        const server = wire.connectToServer();
        server.onMessage((frame) => wire.send(typeof frame === 'string' ? withOtherBlob(frame) : frame));
      });
      await person.askForRoom();
      await person.heading('This isn’t the room in your link');
      return person;
    },
  },
  {
    name: 'room-reconnecting',
    show: (stage, options) => thrownOut(stage, options, 'goingAway', 'Reconnecting…'),
  },
  {
    name: 'room-busy',
    show: (stage, options) => thrownOut(stage, options, 'busy', 'The server is very busy.'),
  },
  {
    name: 'room-failed-message',
    show: async (stage, options) => {
      const person = await created(stage, options, (wire) => {
        const server = wire.connectToServer();
        wire.onMessage((frame) => {
          // The first message (kind 1, number 1) is refused for good.
          if (typeof frame === 'string' || frame[0] !== 1) server.send(frame);
          else wire.send('{"type":"refused","n":1,"code":"not_allowed","retryAfterMs":0}');
        });
      });
      await person.send('Parking is full, walk in from the north gate');
      await person.page.getByText('Failed to send.').waitFor();
      return person;
    },
  },
  { name: 'room-poll', show: polled },
  {
    name: 'room-poll-voters',
    show: async (stage, options) => {
      const person = await polled(stage, options);
      await person.log().getByRole('button', { name: '2 people voted' }).click();
      await person.page.getByRole('dialog', { name: 'Who voted' }).waitFor();
      return person;
    },
  },
  {
    name: 'room-new-poll',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.send('/poll Where do we meet tomorrow?');
      const dialog = person.page.getByRole('dialog', { name: 'New poll' });
      for (const [at, text] of ['North jetty', 'The old mill'].entries())
        await dialog.getByRole('textbox', { name: `Option ${at + 1}` }).fill(text);
      return person;
    },
  },
  {
    name: 'room-add',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.page.getByRole('button', { name: 'Add', exact: true }).click();
      await person.page.getByRole('menuitem', { name: 'Poll' }).waitFor();
      return person;
    },
  },
  {
    name: 'room-emoji',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.page.getByRole('button', { name: 'Emoji' }).click();
      await person.page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
      return person;
    },
  },
  { name: 'room-mention', show: (stage, options) => typed(stage, options, 'hi @') },
  { name: 'room-commands', show: (stage, options) => typed(stage, options, '/') },
  {
    name: 'room-formatting',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.send('/help');
      await person.page.getByRole('dialog', { name: 'Formatting' }).waitFor();
      return person;
    },
  },
  {
    name: 'room-split',
    show: async (stage, options) => {
      const person = await created(stage, options);
      await person.composer().fill('Lake’s like glass right now. '.repeat(1200));
      await person.page.getByRole('button', { name: /^Split into/ }).waitFor();
      return person;
    },
  },
  { name: 'room-message-menu', show: menuOpened },
  {
    name: 'room-message-emoji',
    show: async (stage, options) => {
      const person = await menuOpened(stage, options);
      await person.page.getByRole('button', { name: 'More emoji' }).click();
      await person.page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
      return person;
    },
  },
  {
    name: 'room-message-info',
    show: async (stage, options) => {
      const person = await menuOpened(stage, options);
      await person.page.getByRole('menuitem', { name: 'Message info' }).click();
      await person.page.getByRole('dialog', { name: 'Message info' }).waitFor();
      return person;
    },
  },
  { name: 'missing-key', show: (stage, options) => at(stage, options, '/chat/k3F9ab') },
  { name: 'damaged-link', show: (stage, options) => at(stage, options, WRONG_KEY.slice(0, -1)) },
  {
    name: 'newer-link',
    show: (stage, options) => at(stage, options, '/chat/k3F9ab#3S56xJLf2MT2SzL2XAYtD6qMwY43cc5f49i'),
  },
];

/** A person in a room whose connection gets one more frame, as if from the server. */
async function told(
  stage: Stage,
  options: PersonOptions,
  heading: string,
  say: (wire: WebSocketRoute) => unknown,
): Promise<Person> {
  const wires: WebSocketRoute[] = [];
  const person = await created(stage, options, (wire) => {
    wires.push(wire);
    wire.connectToServer();
  });
  for (const wire of wires) await say(wire);
  await person.heading(heading);
  return person;
}

/** Somebody in a room that has become too large for a list (rule PRESENCE-6). */
async function crowd(stage: Stage, options: PersonOptions): Promise<Person> {
  const wires: WebSocketRoute[] = [];
  const person = await created(stage, options, (wire) => {
    wires.push(wire);
    wire.connectToServer();
  });
  const link = await person.shownLink();
  const juno = await stage.person();
  await juno.join(link, 'Juno');
  await person.participants(2);
  const count = { version: 99, snapshot: false, joined: [], away: [], left: [], count: 412 };
  for (const wire of wires) wire.send(JSON.stringify({ type: 'presence', ...count }));
  await person.participants(412);
  await leaveForGood(juno);
  const lis = await stage.person();
  await lis.join(link, 'Lis');
  await lis.send('So many of us now');
  await person.sees('So many of us now');
  if (!isNarrow(options)) await expectCrowd(person);
  return person;
}

async function expectCrowd({ page }: Person): Promise<void> {
  const list = page.locator('.members').filter({ visible: true });
  await list.getByText('Too many people to list').waitFor();
  // Juno left without a notice, and no one is listed.
  for (const name of ['Sam', 'Juno', 'Lis']) await list.getByText(name, { exact: true }).waitFor();
  if ((await list.getByText('Here', { exact: true }).count()) > 0)
    throw new Error('somebody is said to be here');
}

/** Somebody whose connection is closed, and every further one too. */
async function thrownOut(
  stage: Stage,
  options: PersonOptions,
  why: CloseReason,
  words: string,
): Promise<Person> {
  const wires: WebSocketRoute[] = [];
  const person = await created(stage, options, (wire) => {
    wires.push(wire);
    if (wires.length === 1) wire.connectToServer();
    else void wire.close({ code: CLOSE[why].code });
  });
  person.expectComplaints(/WebSocket/);
  await wires[0]?.close({ code: CLOSE[why].code });
  await person.page.getByText(words).waitFor();
  return person;
}

/** A welcome whose charter is not the one the owner made. */
function withOtherBlob(frame: string): string {
  const message = JSON.parse(frame);
  if (message.type !== 'welcome') return frame;
  const { blob } = message;
  return JSON.stringify({ ...message, blob: (blob.startsWith('B') ? 'C' : 'B') + blob.slice(1) });
}

async function at(stage: Stage, options: PersonOptions, path: string): Promise<Person> {
  const person = await stage.person(options);
  await person.open(path);
  await person.page.getByRole('heading', { level: 1 }).waitFor();
  return person;
}

/** In a room of their own; `onWire`: what is between them and the server. */
async function created(
  stage: Stage,
  options: PersonOptions,
  onWire?: (wire: WebSocketRoute) => void,
): Promise<Person> {
  const person = await stage.person(options);
  if (onWire !== undefined) await person.page.routeWebSocket(/\/ws$/, onWire);
  await person.createRoom({ name: 'Sam' });
  return person;
}

/** Without waiting until it can no longer be undone: a reload says goodbye. */
async function leaveForGood(person: Person): Promise<void> {
  await person.leave();
  const confirm = person.page.getByRole('dialog').getByRole('button', { name: 'Leave room' });
  const undo = person.page.getByRole('button', { name: 'Undo' });
  await confirm.or(undo).waitFor();
  if (await confirm.isVisible()) await confirm.click();
  await undo.waitFor();
  await person.page.reload();
}

async function twoPeople(
  stage: Stage,
  options: PersonOptions,
): Promise<{ me: Person; juno: Person; link: string }> {
  const me = await created(stage, options);
  const link = await me.shownLink();
  const juno = await stage.person();
  await juno.join(link, 'Juno');
  await me.participants(2);
  return { me, juno, link };
}

async function conversation(stage: Stage, options: PersonOptions): Promise<Person> {
  const { me, juno, link } = await twoPeople(stage, options);
  await juno.send('Lake’s like glass right now');
  await juno.send('The hatch is starting by the reeds, thousands of them');
  await me.sees('The hatch is starting by the reeds, thousands of them');
  const nobody = await stage.person();
  await nobody.join(link);
  await nobody.send('How long do they have?');
  await me.sees('How long do they have?');
  await me.send('A day, most of them. Some only an hour.');
  await juno.sees('A day, most of them. Some only an hour.');
  await juno.send('أنا في الطريق، أصل بعد عشر دقائق');
  await me.sees('أنا في الطريق، أصل بعد عشر دقائق');
  await me.send('Parking is full, walk in from the north gate:\nhttps://example.org/map');
  await juno.sees('Parking is full, walk in from the north gate: https://example.org/map');
  return me;
}

/** In a room with a poll in which two people have voted. */
async function polled(stage: Stage, options: PersonOptions): Promise<Person> {
  const { me, juno } = await twoPeople(stage, options);
  await juno.send('/poll Where do we meet tomorrow?');
  const dialog = juno.page.getByRole('dialog', { name: 'New poll' });
  for (const [at, text] of ['North jetty, blue boat', 'The old mill', 'I can’t come'].entries())
    await dialog.getByRole('textbox', { name: `Option ${at + 1}` }).fill(text);
  await dialog.getByRole('button', { name: 'Send poll' }).click();
  for (const [person, option] of [
    [juno, 'The old mill'],
    [me, 'North jetty, blue boat'],
  ] as const)
    await person.log().getByRole('radio', { name: option }).click({ force: true });
  await me.log().getByRole('button', { name: '2 people voted' }).waitFor();
  await me.log().getByText('Sending your vote…').waitFor({ state: 'detached' });
  return me;
}

/** With a text in the composer that makes an offer. */
async function typed(stage: Stage, options: PersonOptions, text: string): Promise<Person> {
  const { me } = await twoPeople(stage, options);
  await me.page.getByRole('button', { name: 'Emoji' }).waitFor();
  await me.composer().pressSequentially(text);
  await me.page.getByRole('option').first().waitFor();
  return me;
}

/** On a message of someone else, in a room of one's own. */
async function menuOpened(stage: Stage, options: PersonOptions): Promise<Person> {
  const { me, juno } = await twoPeople(stage, options);
  await juno.send('Lake’s like glass right now');
  await me.sees('Lake’s like glass right now');
  await me.log().getByText('Lake’s like glass right now').click({ button: 'right' });
  await me.page.getByRole('menuitem', { name: 'Message info' }).waitFor();
  return me;
}

/** Pictures, a recording and other files from someone, and more of them about to be sent. */
async function withFiles(stage: Stage, options: PersonOptions): Promise<Person> {
  const { me, juno } = await twoPeople(stage, options);
  const pictures = await Promise.all(
    ['lake.png', 'wings.png', 'boat.png'].map((name) => picture(juno, name)),
  );
  await attach(juno, ...pictures, { name: 'loons.wav', mimeType: 'audio/wav', buffer: tone(72) });
  await juno.page.getByText('4 files,').waitFor();
  await juno.page.getByRole('button', { name: 'Send', exact: true }).click();
  await attach(juno, ...['counts.csv', 'setup.exe'].map((name) => ({ name, ...OTHER })));
  await juno.page.getByText('2 files,').waitFor();
  await juno.page.getByRole('button', { name: 'Send', exact: true }).click();
  await me.log().getByText('setup.exe').waitFor();
  for (const name of ['lake.png', 'wings.png', 'boat.png'])
    await me
      .log()
      .getByRole('button', { name: `Open ${name}` })
      .waitFor();
  await me.log().getByRole('button', { name: 'Play loons.wav' }).waitFor();
  await attach(me, await picture(me, 'reeds.png'), { name: 'notes.txt', ...OTHER });
  await me.page.getByText('2 files,').waitFor();
  return me;
}

type Attached = { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

const OTHER = { mimeType: 'application/octet-stream', buffer: Buffer.alloc(1800) };

async function picture(person: Person, name: string): Promise<Attached> {
  return { name, mimeType: 'image/png', buffer: await drawn(person, 'image/png') };
}

async function attach({ page }: Person, ...files: readonly Attached[]): Promise<void> {
  await page.locator('input[type=file][multiple]').setInputFiles([...files]);
}

/** From the menu of a room, where people talk. */
async function chosen(stage: Stage, options: PersonOptions, item: string): Promise<Person> {
  const person = await opened(stage, options, 'More');
  await person.page.getByRole('menuitem', { name: item, exact: true }).click();
  await person.page.getByRole('dialog').waitFor();
  return person;
}

async function opened(stage: Stage, options: PersonOptions, button: 'Invite' | 'More'): Promise<Person> {
  const person = await conversation(stage, options);
  await person.page.getByRole('button', { name: button, exact: true }).click();
  await person.page.getByRole(button === 'More' ? 'menu' : 'dialog').waitFor();
  return person;
}
