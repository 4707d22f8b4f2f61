// The texts for a room that is over, and for a link that opens none, in English.

import { counted, lifetime } from './quantities.ts';

const BE_WARY = 'Ask the person who sent you the link, and be wary of this server.';

export const endedTexts = {
  create: 'Create a new room',
  back: 'Back to start',
  openFromTo: 'You were in {room} from {from} to {to}.',
  openAt: 'You were in {room} at {time}.',
  again: 'Try again',
  erased: 'What was erased',
  everywhere: 'from the server and this tab',
  thisTab: 'from this tab',
  messages: (count: number) => counted(count, { one: '{count} message', other: '{count} messages' }),
  names: (count: number) => counted(count, { one: '{count} display name', other: '{count} display names' }),
  key: 'The room’s key',
  hint: 'We can’t erase copies or screenshots that people made.',
  inHistory: 'Your browser’s history may still have the link you opened, with the key.',
  expired: {
    heading: 'This room has disappeared',
    lead: (lifeMs: number) => `It was quiet for ${lifetime(lifeMs)}.`,
  },
  endedByOwner: {
    heading: 'The owner ended this room',
    lead: 'This tab checked the owner’s signature.',
  },
  endedByYou: { heading: 'You ended this room', lead: 'Everyone has been disconnected.' },
  byOwner: { heading: 'The server ended this room', lead: 'It says the owner ended it.' },
  byServer: { heading: 'The server ended this room', lead: 'We only have its word for it.' },
  restarted: {
    heading: 'This room has disappeared',
    lead: 'The server says it was restarted, and rooms live only in its memory.',
  },
  removed: {
    heading: 'You were removed',
    lead: '{name} removed you from this room. This tab’s copy of the messages and the key are gone.',
    /** In place of a name. */
    owner: 'The owner',
  },
  kicked: {
    heading: 'The server closed your connection',
    lead: 'Its word is that you were removed. This tab’s copy of the messages and the key are gone.',
  },
  linkChanged: {
    heading: 'The link changed',
    lead: 'The owner gave this room a new link, and this tab didn’t get it. Ask someone in the room for the new link.',
  },
  hungUp: {
    heading: 'The server closed your connection',
    lead: 'It gave no reason. The same link may still work.',
  },
  replaced: {
    heading: 'You’re already here in another tab',
    lead: 'Continue there, or join here as someone new.',
    again: 'Join as someone new',
  },
  full: { heading: 'This room is full', lead: 'Try again when someone leaves.' },
  denied: {
    heading: 'Room not found or has expired',
    lead: 'Rooms disappear when they’ve been quiet for a while, and the server keeps no list of past ones. So there’s no way to tell whether {room} ever existed.',
  },
  closed: {
    heading: 'This room isn’t taking new people',
    lead: 'The server says it’s closed for now. Try again later.',
  },
  wrongPassphrase: {
    heading: 'That passphrase doesn’t open this room',
    lead: 'Check for capitals and spaces, then try again.',
  },
  falseRoom: {
    heading: 'This isn’t the room in your link',
    lead: `The server’s answer doesn’t match the key in your link, so we didn’t join and sent nothing. ${BE_WARY}`,
    leadInside: `The server’s answer no longer matches the key in your link, so we left and sent nothing more. ${BE_WARY}`,
  },
  incompatible: {
    heading: 'This page and the server are different versions',
    lead: 'Reload the page to get the newest one.',
    reload: 'Reload',
  },
} as const;

/** A link that opens no room. */
export const unusableTexts = {
  missingKey: {
    heading: 'This link is missing its key',
    lead: 'The part after # is missing: an app may have cut it off, or someone copied the address bar, which doesn’t show it. Ask them to send the link again with Copy link. Without the key no one can open the room, not even this server.',
  },
  damaged: {
    heading: 'This link is damaged',
    lead: 'Some characters of its key are missing or changed. The key wasn’t sent to the server. Ask for the link again and copy the whole link.',
    leadSent:
      'Some characters of its key are missing or changed. An app put the key where browsers send it to the server, so the server has seen it. Ask for the link again and copy the whole link.',
  },
  several: {
    heading: 'This link has two keys',
    lead: 'Only one of them can be right. Ask for the link again and copy the whole link.',
  },
  newer: {
    heading: 'This link needs a newer version',
    lead: 'Reload the page, or ask whoever runs this server to update it.',
  },
} as const;
