// The texts outside a room, in English. Other languages will be files beside this one.

import { counted, minutesLeft, quietTime, shortTime } from './quantities.ts';

const OPTION_NOW = {
  all: 'full history',
  none: 'no history',
  passphrase: 'link and passphrase',
} as const;

export const texts = {
  close: 'Close',
  brand: 'Mayfly',
  /** The tab's title. */
  screenTitle: (screen: string) => `${screen} · Mayfly`,
  theme: 'Switch theme',
  site: 'Site',
  home: 'Mayfly home',

  name: {
    label: 'Display name',
    optional: 'optional',
    none: 'Anonymous',
    hint: 'Only people in this room can see it. It’s erased with the room.',
    /** `most`: how many characters of this script fit. */
    tooLong: (most: number) => `That name is too long. Use up to ${most} characters.`,
    left: (count: number) =>
      counted(count, { one: '{count} character left', other: '{count} characters left' }),
  },

  landing: {
    skip: 'Skip to create a room',
    heading: 'A room that lives as long as the conversation.',
    lead: (lifeMs: number) =>
      `Create a room, share its link, and talk. After ${quietTime(lifeMs)}, the room and everything in it are erased.`,
    trust: (lifeMs: number) => ['No sign-up', 'End-to-end encrypted', `Gone after ${quietTime(lifeMs)}`],
    create: 'Create a room',
    options: 'Room options',
    /** A summary while the options are closed. */
    optionsNow: (lifeSeconds: number, most: keyof typeof OPTION_NOW) =>
      `${shortTime(lifeSeconds)} · ${OPTION_NOW[most]}`,
    createLink: 'Create Shareable Link',
    creating: 'Creating…',
    join: 'Join existing room',
    roomLink: 'Room link',
    pasteLink: 'Paste the whole link',
    joinRoom: 'Join Chat Room',
  },

  invited: {
    heading: 'You’re invited to a room',
    room: 'Room {room}',
    namedRoom: 'Room {room} · {name}',
    /** What the server reports about the room before the reader joins. */
    sight: {
      label: 'The server says',
      people: (count: number) =>
        count === 0
          ? 'No one is here right now'
          : counted(count, { one: '{count} person is here', other: '{count} people are here' }),
      life: (ms: number) => `Disappears in ${minutesLeft(ms)} if it stays quiet`,
      history: {
        all: 'You’ll see everything said so far',
        none: 'You’ll see messages from when you join',
      },
      full: 'The room is full. You can join when someone leaves.',
      closed: 'The room isn’t taking new people right now.',
    },
    keySent:
      'An app changed this link on its way to you, so your browser sent its key to this server. Whoever runs the server could read this room.',
    encrypted:
      'Messages are encrypted on your device. The server only passes them along; it can’t read them.',
  },

  opening: 'Opening the room…',

  leftRoom: (id: string) => `You left ${id}`,
  undo: 'Undo',

  linkTrouble: {
    missingKey: 'This link is missing its key, the part after #. Ask for the whole link.',
    bareCode: 'This code has no key, so it can’t open a room. Ask for the whole link.',
    damaged:
      'This link is damaged: some characters of its key are missing or changed. Copy the whole link again.',
    newer: 'This link was made by a newer version of Mayfly. Open it on the site it came from.',
    elsewhere: 'This link belongs to another site. Open it in your browser instead.',
    several: 'There’s more than one room link in this text. Paste just the one you want to open.',
    notALink: 'This isn’t a room link. Room links look like this: https://…/chat/…#…',
    empty: 'Paste the link you were sent.',
  },

  unreachable: {
    heading: 'The server can’t be reached',
    lead: 'Nothing was sent. Check your connection, then try again.',
    again: 'Try again',
  },

  plainHttp: {
    badge: 'Not secure (HTTP)',
    explain:
      'Someone on your network could have tampered with this page, including its encryption. Ask whoever runs this server for an https:// address.',
  },

  foot: {
    host: 'Hosted at {host}',
    sees: 'What the server sees',
    report: 'Report abuse: {contact}',
  },
} as const;
