// The texts of the room's dialogs and of its search, in English.

import { counted, lifetime, megabytes, quietTime } from './quantities.ts';
import { sentence } from './sentence.ts';

export const panelTexts = {
  peopleLabel: 'People',
  hidePeople: 'Hide people',
  inThisRoom: 'In this room {count}',
  someOfThem: 'Too many people to list. Recently seen (some may have left):',
  owner: 'owner',
  muted: 'muted',
  about: (name: string) => `About ${name}`,
  listBefore: 'You’re not connected. These people were here before.',
  safetyHint: 'If everyone sees the same eight, you’re all in the same room with the same key.',
  personEmoji: (names: string) => `Safety emoji: ${names}`,

  encryptedLead:
    'Messages and names are encrypted on your device. The server only passes them along; it can’t read them. Anyone with the link can.',
  printed: (moment: string) => `Printed ${moment}`,
  invitePeople: 'Invite people',
  inviteHistory: {
    all: 'New people can see everything so far.',
    none: 'New people only see what’s said after they join.',
  },
  qrLabel: 'QR code of the room link',
  qrLead: 'Scan it with a phone to open the room there.',

  searchHeading: 'Search',
  searchClose: 'Close search',
  found: (count: number) =>
    count === 0
      ? 'Nothing found in what this tab holds.'
      : counted(count, { one: '{count} result', other: '{count} results' }),
  previousResult: 'Previous result',
  nextResult: 'Next result',
  searchHere: 'Searching happens on your device. The server sees no words.',

  menu: 'Room',
  otherHistory: 'Other history',
  moderator: 'moderator',

  renameSave: 'Change name',
  cancel: 'Cancel',

  saveOwnerLink: 'Save owner link',

  detailsName: 'Room name',
  detailsTopic: 'Topic',
  detailsLife: 'Disappears after',
  detailsLifeIs: quietTime,
  detailsDoor: 'Who can join',
  detailsDoorIs: { 1: 'anyone with the link', 2: 'people with the link and the passphrase' },
  detailsHistory: 'New people can see',
  detailsHistoryIs: { all: 'everything so far', none: 'what’s said after they join' },
  detailsKeeps: 'History limit',
  detailsKeepsIs: (messages: number, bytes: number) =>
    counted(messages, {
      one: `{count} message, ${megabytes(bytes)} MB`,
      other: `{count} messages, ${megabytes(bytes)} MB`,
    }),
  detailsMembers: 'Room for',
  detailsMembersIs: (most: number) => counted(most, { one: '{count} person', other: '{count} people' }),
  detailsCode: 'Room code',
  detailsNow: 'Door',
  detailsClosed: 'Closed: no one new can join',
  detailsSlow: 'Slow mode',
  detailsSlowIs: (seconds: number) =>
    sentence('One message every {time}', { time: lifetime(seconds * 1000) }),
  detailsOwner: 'Owner',
  detailsNoOwner: 'Whoever made this room says no one owns it',
  unverified: (count: number) =>
    counted(count, {
      one: '{count} message couldn’t be verified and is hidden.',
      other: '{count} messages couldn’t be verified and are hidden.',
    }),

  linkAsk: 'Open this link?',
  linkDoubt: {
    imitating: 'This address may imitate another site. Browsers read it as:',
    program: 'This looks like a program. Only run it if you trust whoever sent it. It comes from:',
    named: 'The link’s text isn’t its address. It leads to:',
  },
  linkOpen: 'Open anyway',
  linkStay: 'Stay here',
} as const;
