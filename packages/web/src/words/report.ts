// The texts about reporting a room, in English.

export const reportTexts = {
  heading: 'Report this room',
  lead: 'Send this room’s code to the people who run this server. They can end the room for everyone.',
  report: (room: string, time: string) => `Room ${room}, ${time}`,
  noKey:
    'This is the room’s code and the time, without the key. Don’t send the link: whoever sees it can read the room.',
  copy: 'Copy code and time',
  copied: 'Copied',
  copyByHand: 'Your browser blocked copying. The text is selected: press Ctrl+C (⌘C on a Mac).',
  sendTo: 'Send it to {contact}.',
  can: 'They can end the room, with all its messages and files, and refuse new rooms.',
  cannot: 'They can’t read messages, names or files, tell who wrote something, or bring back what’s gone.',
} as const;
