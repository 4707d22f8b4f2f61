// The texts of what helps with writing a message, in English.

import { counted, figure, lifetime, shortTime } from './quantities.ts';
import { sentence } from './sentence.ts';

export const composingTexts = {
  typing: {
    one: '{name} is typing…',
    two: '{name} and {second} are typing…',
    more: 'Several people are typing…',
  },

  add: 'Add',
  attach: 'Attach files',
  poll: 'Poll',
  emoji: 'Emoji',
  formatting: 'Formatting',

  mention: 'Mention someone',
  command: 'Commands',
  commands: {
    me: 'Say what you’re doing',
    nick: 'Change your name',
    shrug: 'Add ¯\\_(ツ)_/¯ to your message',
    poll: 'Ask everyone a question',
    timer: 'Let your messages disappear',
    clear: 'Clear what this tab shows',
    help: 'Show formatting and commands',
  },
  incomplete: {
    me: 'Write what you’re doing after /me, like /me waves.',
    nick: 'Write your new name after /nick, like /nick Sam.',
  },
  unknownCommand: (name: string) =>
    sentence('There’s no command /{name}. Nothing was sent. To send it as text, start with //.', { name }),
  noFiles: 'This server doesn’t take pictures or files.',

  timer: 'Message timer',
  timerLead:
    'Your next messages disappear for everyone this long after they’re sent. People may still have copied them.',
  timerOff: 'Off',
  timerOn: (ms: number) =>
    sentence('Your messages disappear {time} after they’re sent.', { time: lifetime(ms) }),
  timerStop: 'Turn off',
  timerTime: (ms: number) => shortTime(ms / 1000),
  noTimer: 'This server doesn’t erase single messages, so nothing was sent. Turn off the timer to send it.',

  slow: (ms: number) =>
    sentence('Slow mode: you can write again in {time}', { time: lifetime(Math.max(1000, ms)) }),

  split: (count: number) =>
    counted(count, { one: 'Split into {count} message', other: 'Split into {count} messages' }),
  asFile: 'Send as a file',
  textFile: 'message.txt',
  splitTooMany: (most: number) =>
    counted(most, {
      one: 'That’s too long for {count} message.',
      other: 'That’s too long even for {count} messages.',
    }),
  splitLeft: (left: number, all: number) =>
    sentence('Sending in parts: {left} of {all} left', { left: figure(left), all: figure(all) }),

  youType: 'You type',
  youGet: 'You get',
  sample: {
    bold: 'bold',
    italic: 'italic',
    struck: 'struck out',
    code: 'code',
    hidden: 'hidden',
    quote: 'quote',
    item: 'item',
    map: 'map',
    name: 'name',
  },
  hiddenShown: 'Hidden until it’s pressed',
  newLine: 'New line',
  slash: 'Text that starts with /',
} as const;
