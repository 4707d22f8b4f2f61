// The lines about what someone did to messages, in English.

export const talkRowTexts = {
  /** By oneself, and by someone else. */
  done: {
    pinned: { own: 'You pinned a message', other: '{name} pinned a message' },
    unpinned: { own: 'You unpinned a message', other: '{name} unpinned a message' },
    saved: { own: 'You saved a copy of this chat', other: '{name} saved a copy of this chat' },
    effect: {
      own: 'You changed a message in two ways. Others may see something different.',
      other: '{name} changed a message in two ways. Others may see something different.',
    },
  },
  goToPinned: 'Show',
} as const;
