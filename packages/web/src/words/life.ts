// The texts of the settings, of notifications, of the sheet about a person and of saved copies, in English.

import { counted, figure } from './quantities.ts';

const NOTIFIED = { one: '{count} new message', other: '{count} new messages' } as const;

export const lifeTexts = {
  settings: 'Settings',
  look: 'Look',
  theme: 'Theme',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  textSize: 'Size of messages',
  textSizes: { small: 'Small', normal: 'Normal', large: 'Large', largest: 'Largest' },
  writing: 'Writing',
  enter: 'Enter key',
  enters: { sends: 'Sends', breaks: 'New line' },
  enterHint: 'Ctrl Enter and ⌘ Enter always send.',
  quiet: 'Quiet mode',
  quietHint: 'Others don’t see you typing. No sounds and no notifications; the tab still counts messages.',
  alerts: 'While you’re elsewhere',
  sounds: 'Sounds in this room',
  soundsHint:
    'One tone for a message, two for a mention. Browsers stay silent until you’ve clicked in the page.',
  notify: 'Notify me about',
  notified: (kind: 'message' | 'mention', count: number) =>
    kind === 'mention' ? 'Someone mentioned you' : counted(Math.max(1, count), NOTIFIED),
  notifies: { all: 'All', mentions: 'Mentions', none: 'Nothing' },
  /** Why there are none, or what to know about them. */
  notifyHint: {
    ready: 'Only while this page is open.',
    ask: 'Only while this page is open. Your browser will ask you first.',
    denied: 'Your browser blocks notifications from this site. Allow them in its address bar or settings.',
    insecure: 'Browsers only allow notifications over https://, and this page came over http://.',
    missing: 'This browser shows no notifications from a page.',
    phone: 'On this phone Mayfly can only make a sound while the page is open.',
  },
  notifyText: 'Show the text in notifications',
  notifyTextHint: 'Off: only the number of messages, so nothing private shows on a lock screen.',
  device: 'This device',
  keep: 'Keep on this device',
  keepHint: 'Otherwise closing the tab forgets these settings. Rooms, names and keys are never kept.',
  keepRefused: 'Your browser doesn’t let this page keep anything, so these settings last until you close it.',
  reset: 'Reset all settings',
  resetDone: 'All settings are as they were at first.',

  personEmojiHint: 'If you both see these eight, this is the same person on both screens.',
  mute: 'Mute for me',
  muteHint: 'Their messages are folded, and make no sound or notification. No one else can see this.',

  save: 'Save a copy',
  saveLead: (count: number) =>
    counted(count, {
      one: 'One message that this tab shows. The copy stays when the room is gone.',
      other: '{count} messages that this tab shows. The copy stays when the room is gone.',
    }),
  saveNothing: 'There are no messages to save.',
  saveAs: 'Format',
  saveFormats: { html: 'Web page', text: 'Text' },
  saveLeftOut: 'Unsent messages and messages with a timer are left out.',
  saveNote: 'People in the room will read: {note}',
  saveNoteIs: '{name} saved a copy of this chat',
  saveVoluntary: 'The note is voluntary: people can copy what they see without telling anyone.',
  saving: (done: number, all: number) => `${figure(done)} of ${figure(all)} messages`,
  saveDo: 'Tell them and save',
  saved: 'Look for the file where your browser keeps downloads.',
  cancel: 'Cancel',
  close: 'Close',
  copy: {
    title: (room: string) => `Mayfly chat · ${room}`,
    savedAt: (moment: string) => `Saved ${moment}`,
    edited: 'edited',
    replyTo: 'Reply to {name}',
    unsupported: 'This message needs a newer version of the page.',
  },
} as const;
