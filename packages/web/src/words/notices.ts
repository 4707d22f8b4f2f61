// The lines between messages: who came and went, and what was ordered, in English.

import { lifetime } from './quantities.ts';

/** For one person, two, or more. */
const JOINED = {
  one: '{name} joined the chat',
  two: '{name} and {second} joined the chat',
  more: '{name} and {others} others joined the chat',
} as const;
const LEFT = {
  one: '{name} left the chat',
  two: '{name} and {second} left the chat',
  more: '{name} and {others} others left the chat',
} as const;

export const noticeTexts = { joined: JOINED, left: LEFT, renamed: '{before} is now {name}' } as const;

/** By the reader, by someone else, or by the owner's key, which names no one. */
export const orderTexts = {
  removed: {
    own: 'You removed {name}',
    other: '{by} removed {name}',
    owner: 'The owner removed {name}',
  },
  closed: {
    own: 'You closed the door: no one new can join',
    other: '{by} closed the door: no one new can join',
    owner: 'The owner closed the door: no one new can join',
  },
  opened: {
    own: 'You opened the door',
    other: '{by} opened the door',
    owner: 'The owner opened the door',
  },
  slow: {
    own: 'You set slow mode to {time}',
    other: '{by} set slow mode to {time}',
    owner: 'The owner set slow mode to {time}',
  },
  fast: {
    own: 'You turned off slow mode',
    other: '{by} turned off slow mode',
    owner: 'The owner turned off slow mode',
  },
  /** Only the owner's key orders these: no one is named. */
  all: {
    own: 'You set the room to disappear after {time} without a message. New people can see everything so far.',
    owner:
      'The owner set the room to disappear after {time} without a message. New people can see everything so far.',
  },
  none: {
    own: 'You set the room to disappear after {time} without a message. New people only see what’s said after they join.',
    owner:
      'The owner set the room to disappear after {time} without a message. New people only see what’s said after they join.',
  },
  named: { own: 'You named the room {words}', owner: 'The owner named the room {words}' },
  unnamed: { own: 'You removed the room’s name', owner: 'The owner removed the room’s name' },
  topic: { own: 'You set the topic to {words}', owner: 'The owner set the topic to {words}' },
  noTopic: { own: 'You removed the topic', owner: 'The owner removed the topic' },
  empowered: { own: 'You made {name} a moderator', owner: 'The owner made {name} a moderator' },
  changed: {
    own: 'You changed what {name} can do as a moderator',
    owner: 'The owner changed what {name} can do as a moderator',
  },
  disempowered: {
    own: 'You took away {name}’s powers as a moderator',
    owner: 'The owner took away {name}’s powers as a moderator',
  },
  handed: { own: 'You handed the room over to {name}', owner: '{from} handed the room over to {name}' },
  /** By the owner link, on another device or by whoever else has it. */
  seated: {
    own: '{name} owns the room now, with the owner link',
    owner: '{name} owns the room now, with the owner link',
  },
  unseated: { own: '{name} is no longer the owner', owner: '{name} is no longer the owner' },
  abandoned: {
    own: 'You gave up the room: no one owns it now',
    owner: 'The owner gave up the room: they say no one owns it now',
  },
  relinked: {
    own: 'You changed the link: the old one no longer works. The safety emoji are new.',
    owner: 'The owner changed the link: the old one no longer works. The safety emoji are new.',
  },
  time: lifetime,
} as const;
