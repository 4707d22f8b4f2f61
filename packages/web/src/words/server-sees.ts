// The texts about what a server sees, in English: loaded when someone asks.

export const seesTexts = {
  heading: 'What the server sees',
  does: 'It sees',
  doesList: [
    'your IP address, while you’re connected',
    'the room’s code, and how many people are in the room',
    'when you type, when encrypted messages are sent, and roughly how long they are',
  ],
  doesNot: 'It can’t see',
  doesNotList: [
    'what people write',
    'display names, and the name and topic of the room',
    'the key in the link: browsers never send the part after #',
  ],
  keeps:
    'Everything is kept in memory only, and erased when the room disappears. No cookies, no tracking, no log of visits.',
  limits: 'What no one can promise',
  limitsList: [
    'Everyone with the link can read the room until it disappears.',
    'If the link gets out, everything the room still holds can be read with it. Rooms are short-lived for that reason.',
    'Code served by a server can be changed by that server. Use a server run by someone you trust.',
    'Your browser may write this tab’s storage to disk: keys, your draft, and messages that are still waiting. Leaving the room clears it.',
    'On http:// someone on your network could replace this page; use https when it matters.',
    'Your browser’s history may still have a link you opened, with its key, and the name of a room.',
    'Screenshots can’t be prevented.',
  ],
} as const;
