// What the page says, in English. One place, so that other languages can come beside it.

import { NAME_POINTS_MAX } from '@mayfly/protocol';

/** A time in words: `30 minutes`, `2 hours`. */
export function lifetime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return plural(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes % 60 === 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
}

const thousands = new Intl.NumberFormat('en');

/** `24 min`, `2 h 5 min`: rounded up, a minute at least. */
function minutesLeft(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${minutes} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** `1 message`, `1,038 messages`. */
export function plural(count: number, one: string): string {
  return `${thousands.format(count)} ${one}${count === 1 ? '' : 's'}`;
}

const GONE_HINT = 'What people copied or photographed themselves is theirs. We can’t erase that.';
const BE_WARY = 'Ask the person who sent you the link, and be wary of this server.';

export const texts = {
  close: 'Close',
  brand: 'Mayfly',
  /** In the tab, behind what the screen is. */
  titleEnd: ' · Mayfly',
  theme: 'Switch between light and dark',
  site: 'Site',
  start: 'Mayfly, to the start page',

  name: {
    label: 'Display name',
    optional: 'optional',
    nobody: 'Anonymous',
    hint: 'Only people in this room see it, and it is erased with the room.',
    tooLong: `That name is too long: ${NAME_POINTS_MAX} characters are the most, fewer with emoji or accents.`,
    left: (points: number) => `${plural(points, 'character')} left`,
  },

  landing: {
    skip: 'Skip to create a room',
    heading: 'A room that lives as long as the conversation.',
    lead: (lifeMs: number) =>
      `Create a room, share its link, and talk. After ${lifetime(lifeMs)} without a message, the room and everything in it is erased.`,
    trust: (lifeMs: number) => [
      'No sign-up',
      'End-to-end encrypted',
      `Gone after ${lifetime(lifeMs).replace(' ', ' quiet ')}`,
    ],
    create: 'Create a room',
    options: 'Room options',
    life: 'Vanishes after this long without a message',
    history: 'People who join later see',
    historyAll: 'All messages',
    historyNone: 'Only new ones',
    historyNow: { all: 'all messages', none: 'only new messages' },
    createLink: 'Create Shareable Link',
    creating: 'Creating…',
    join: 'Join existing room',
    roomLink: 'Room link',
    pasteLink: 'Paste the full link here',
    joinRoom: 'Join Chat Room',
  },

  invited: {
    heading: 'You’re invited to a room',
    room: 'Room',
    /** What the server says of the room before anyone joins it. */
    sight: {
      label: 'The server says',
      people: (count: number) => {
        if (count === 0) return 'No one is here right now';
        return count === 1 ? '1 person is here' : `${thousands.format(count)} people are here`;
      },
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
    encrypted: 'Messages are encrypted on this device. The server passes them on and cannot read them.',
  },

  opening: 'Opening the room…',

  leftRoom: (id: string) => `You left ${id}`,
  undo: 'Undo',

  linkTrouble: {
    missingKey: 'This link is missing its key, the part after #. Ask for the full link.',
    bareCode: 'This code has no key, so it cannot open a room. Ask for the whole link.',
    damaged:
      'This link is damaged: some characters of its key are missing or changed. Copy it again as a whole.',
    newer: 'This link is of a newer kind than this page can open. Open it on the server it came from.',
    elsewhere: 'This link leads to another server. Open it there.',
    several: 'There’s more than one room link in this text. Paste just the one you want to open.',
    notALink: 'This is not a room link. It looks like this: https://…/chat/…#…',
    empty: 'Paste the link somebody sent you.',
  },

  createTrouble: {
    offline: 'The server can’t be reached. Check your connection, then try again.',
    life_too_long: 'This server does not keep rooms that long. Pick a shorter time in Room options.',
    not_allowed: 'This server does not take rooms from this page. Ask whoever runs it.',
    server_full: (wait: string) => `This server has no place for another room. Try again ${wait}.`,
    rate: (wait: string) => `Too many rooms were created just now. Try again ${wait}.`,
    unavailable: (wait: string) => `The server is busy or restarting. Try again ${wait}.`,
    other: 'The server did not accept this. Reload the page and try again.',
  },

  ended: {
    create: 'Create a new room',
    back: 'Back to start',
    room: 'Room',
    openFromTo: (from: string, to: string) => `was open here from ${from} to ${to}.`,
    again: 'Try again',
    erased: 'What was erased',
    everywhere: 'server and this tab',
    thisTab: 'this tab',
    messages: (count: number) => plural(count, 'message'),
    names: (count: number) => plural(count, 'display name'),
    key: 'The room’s key',
    hint: GONE_HINT,
    inHistory: 'Your browser’s history may still have the link you opened, with the key.',
    expired: {
      heading: 'This room has vanished',
      lead: (lifeMs: number) => `It was quiet for ${lifetime(lifeMs)}.`,
    },
    byOwner: { heading: 'The server ended this room', lead: 'It says the owner ended it.' },
    byServer: { heading: 'The server ended this room', lead: 'We only have its word for it.' },
    restarted: {
      heading: 'This room has vanished',
      lead: 'The server says it was restarted, and rooms live only in its memory.',
    },
    kicked: {
      heading: 'The server closed your connection',
      lead: 'Its word is that you were removed. This tab’s copy of the messages and the key are gone.',
    },
    hungUp: {
      heading: 'The server closed your connection',
      lead: 'It gave no reason. The same link may still work.',
    },
    replaced: {
      heading: 'You are in this room in another tab',
      lead: 'One person can be in a room only once. Go on there, or come in here as somebody new.',
      again: 'Use here as a new person',
    },
    full: {
      heading: 'This room is full',
      lead: 'No more people fit in. Try again when somebody has left.',
    },
    denied: {
      heading: 'Room not found or has expired',
      before:
        'Rooms vanish after a while without messages, and the server keeps no list of past ones. So it can’t tell whether ',
      after: ' ever existed.',
    },
    closed: {
      heading: 'This room isn’t taking new people',
      lead: 'The server says it’s closed for now. Try again later.',
    },
    missingKey: {
      heading: 'This link is missing its key',
      lead: 'The part after # is missing: an app may have cut it off, or someone copied the address bar, which doesn’t show it. Ask them to send the link again with Copy link. Without the key no one can open the room, not even this server.',
    },
    damaged: {
      heading: 'This link is damaged',
      lead: 'Some characters of its key are missing or changed. The key was not sent to the server. Ask for the link again and copy the whole link.',
      leadSent:
        'Some characters of its key are missing or changed. An app put the key where browsers send it to the server, so the server has seen it. Ask for the link again and copy the whole link.',
    },
    several: {
      heading: 'This link has two keys',
      lead: 'Only one of them can be right. Ask for the link again and copy the whole link.',
    },
    newer: {
      heading: 'This link is of a newer kind',
      lead: 'This page is too old to open it. Reload the page, or ask whoever runs this server to update it.',
    },
    falseRoom: {
      heading: 'This isn’t the room in your link',
      lead: `The server’s answer doesn’t match the key in your link, so we didn’t join and sent nothing. ${BE_WARY}`,
      leadInside: `The server’s answer no longer matches the key in your link, so we left and sent nothing more. ${BE_WARY}`,
    },
    incompatible: {
      heading: 'This page and the server don’t understand each other',
      lead: 'They are of different versions. Reload the page to get the newest one.',
      reload: 'Reload',
    },
  },

  unreachable: {
    heading: 'The server can’t be reached',
    lead: 'Nothing was sent. Check your connection, then try again.',
    again: 'Try again',
  },

  plainHttp: {
    badge: 'Not secure: plain HTTP',
    explain:
      'This page came over plain HTTP. Someone on the network could have changed it, and the encryption with it. Ask whoever runs this server for an https address.',
  },

  foot: {
    host: 'Hosted at ',
    sees: 'What the server sees',
  },

  sees: {
    heading: 'What the server sees',
    does: 'It sees',
    doesList: [
      'the addresses of open connections, while they are open',
      'the room’s code, and how many people are in the room',
      'when sealed messages pass, and roughly how long they are',
    ],
    doesNot: 'It cannot see',
    doesNotList: [
      'what is written',
      'display names',
      'the key in the link: browsers never send the part after #',
    ],
    keeps:
      'Everything is kept in memory only, and erased when the room vanishes. No cookies, no tracking, no log of visits.',
    limits: 'What nobody can promise',
    limitsList: [
      'Everyone with the link can read the room until it has vanished.',
      'If the link gets out, everything the room still holds can be read with it. Rooms are short-lived for that reason.',
      'Code served by a server can be changed by that server. Use one whose keeper you trust.',
      'Your browser may write this tab’s storage to disk: keys, your draft, and messages that are still waiting. Leaving the room clears it.',
      'On http:// someone on your network could replace this page; use https when it matters.',
      'Your browser’s history may still have a link you opened, with its key.',
      'Screenshots can’t be prevented.',
    ],
  },
} as const;
