// The texts around a room's link, in English.

export const sharingTexts = {
  copy: 'Copy link',
  copied: 'Link copied',
  copyByHand: 'Your browser blocked copying. The link is selected: press Ctrl+C (⌘C on a Mac).',
  qr: 'QR code',
  keyHint: 'The highlighted part is the key. Browsers never send it to the server.',
  hereOnly:
    'This link only works on this computer. To invite other devices, open this page at the network address that the server printed when it started.',
  share: 'Share…',
  shareTitle: 'A chat room',
} as const;

const WARNING = {
  1: 'Anyone with this link can read the room.',
  2: 'Anyone with this link and the passphrase can read the room.',
} as const;

/** What a link gives away, by the door of its room. */
export function inviteWarning({ door }: { readonly door?: 2 }): string {
  return WARNING[door ?? 1];
}
