// The kinds of message (ENV-5), as numbered inside the envelope.

export const CTYPE = {
  text: 1,
  edit: 2,
  unsend: 3,
  reaction: 4,
  file: 5,
  notice: 6,
  poll: 7,
  vote: 8,
} as const;
